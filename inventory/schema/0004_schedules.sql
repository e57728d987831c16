-- When work is to be done by itself, and what is remembered of each standby between passes.
create table schedule (
	id         integer primary key autoincrement,
	name       text not null unique,
	cron       text not null,
	zone       text not null,
	selection  text not null,
	method     text not null,
	policy     text not null,
	limits     text not null,
	reason     text not null,
	missed     text not null check (missed in ('skip', 'once')),
	paused     integer not null default 0,
	created_by text not null,
	created_us integer not null
) strict;

create table schedule_fire (
	id          integer primary key autoincrement,
	schedule    integer not null,
	due_us      integer not null,
	started_us  integer not null default 0,
	finished_us integer not null default 0,
	run         integer not null default 0,
	missed      integer not null default 0,
	outcome     text not null default '',
	unique (schedule, due_us)
) strict;

create table sample (
	standby        text primary key,
	taken_us       integer not null,
	lag_bytes      integer not null,
	lag_ms         integer not null,
	is_above       integer not null,
	above_since_us integer not null
) strict, without rowid;
