-- What was done: runs, their hosts, the journal of rows, leases.
create table run (
	id               integer primary key autoincrement,
	kind             text not null,
	method           text not null,
	reason           text not null,
	limits           text not null,
	note             text not null default '',
	schedule         integer not null,
	state            text not null,
	begun_us         integer not null,
	ended_us         integer not null default 0,
	user             text not null,
	sudo_user        text not null,
	tty              text not null,
	from_address     text not null,
	controller       text not null,
	behalf           text not null,
	pid              integer not null,
	owner_pid        integer not null,
	owner_start      integer not null,
	owner_boot       text not null,
	owner_controller text not null
) strict;

create index run_by_state on run (state);

create table run_host (
	run               integer not null references run (id),
	host              text not null,
	position          integer not null,
	primary_host      text not null,
	method            text not null,
	state             text not null,
	why               text not null default '',
	key_protected     text not null default 'unknown',
	conf_reverted     text not null default 'unknown',
	puppet_on         text not null default 'unknown',
	collectd_running  text not null default 'unknown',
	begun_us          integer not null default 0,
	ended_us          integer not null default 0,
	primary key (run, host)
) strict, without rowid;

create index run_host_by_host on run_host (host, run);

create table journal (
	id             integer primary key autoincrement,
	wall_us        integer not null,
	run            integer not null,
	of_run         integer not null,
	host           text not null,
	row            integer not null,
	row_name       text not null,
	kind           text not null,
	attempt        integer not null,
	phase          text not null,
	outcome        text not null,
	exit_status    integer not null,
	duration_ms    integer not null,
	command        text not null,
	output         blob not null,
	output_dropped integer not null,
	output_sha256  text not null,
	saved          text not null,
	error          text not null
) strict;

create index journal_by_run on journal (run, host);
create index journal_holds on journal (of_run, host, row_name) where kind in ('take', 'give');

create trigger journal_no_update before update on journal
begin
	select raise(abort, 'the journal is append-only');
end;

create trigger journal_no_delete before delete on journal
begin
	select raise(abort, 'the journal is append-only');
end;

create trigger journal_only_append before insert on journal
when new.id > 0 and new.id <= (select max(id) from journal) -- without a number given it is -1 here
begin
	select raise(abort, 'the journal is append-only');
end;

-- slot: for a primary, the standby on whose behalf it is held.
create table lease (
	kind             text not null check (kind in ('standby', 'primary')),
	host             text not null,
	slot             text not null,
	run              integer not null,
	by               text not null,
	since_us         integer not null,
	owner_pid        integer not null,
	owner_start      integer not null,
	owner_boot       text not null,
	owner_controller text not null,
	primary key (kind, host, slot, run)
) strict, without rowid;

create unique index lease_one_per_standby on lease (host) where kind = 'standby';
