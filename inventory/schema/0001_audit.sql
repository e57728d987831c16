-- The audit history: append-only, hash-chained. canonical holds the bytes that hash is made of; the other columns
-- repeat them for queries, and `audit verify` compares both.
create table audit (
	seq           integer primary key autoincrement,
	wall_us       integer not null,
	user          text not null,
	sudo_user     text not null,
	tty           text not null,
	from_address  text not null,
	controller    text not null,
	behalf        text not null,
	pid           integer not null,
	event         text not null,
	run           integer not null,
	host          text not null,
	row           text not null,
	kind          text not null,
	attempt       integer not null,
	outcome       text not null,
	exit_status   integer not null,
	duration_ms   integer not null,
	reason        text not null,
	command       text not null,
	detail        text not null,
	output_sha256 text not null,
	output_dropped integer not null,
	entry_sha256  text not null,
	journal       integer not null,
	prev_hash     text not null,
	hash          text not null unique,
	canonical     blob not null
) strict;

create unique index audit_by_journal on audit (journal) where journal > 0;
create index audit_by_run on audit (run);
create index audit_by_host on audit (host);
create index audit_by_time on audit (wall_us);

create trigger audit_no_update before update on audit
begin
	select raise(abort, 'the audit history is append-only');
end;

create trigger audit_no_delete before delete on audit
begin
	select raise(abort, 'the audit history is append-only');
end;

-- "insert or replace" deletes without asking the trigger above.
create trigger audit_only_append before insert on audit
when new.seq <= (select max(seq) from audit)
begin
	select raise(abort, 'the audit history is append-only');
end;
