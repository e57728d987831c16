-- What is known: hosts, pairs and their settings as the inventory file says them (resolved when loaded).
create table inventory (
	id       integer primary key check (id = 1),
	revision integer not null
) strict;
insert into inventory (id, revision) values (1, 0);

create table site (
	name text primary key
) strict, without rowid;

create table site_alias (
	alias text primary key,
	site  text not null references site (name) on delete cascade
) strict, without rowid;

create table environment (
	name text primary key
) strict, without rowid;

create table host (
	name        text primary key,
	address     text not null,
	site        text not null references site (name),
	environment text not null references environment (name)
) strict, without rowid;

create table host_tag (
	host     text not null references host (name) on delete cascade,
	position integer not null,
	tag      text not null,
	primary key (host, tag)
) strict, without rowid;

create table pair (
	standby      text primary key references host (name),
	primary_host text not null references host (name),
	role         text not null,
	check (standby <> primary_host)
) strict, without rowid;

-- scope: defaults (owner ''), site, environment or host. A list has one entry a line; a secret is "pass:ENTRY",
-- "file:PATH" or "credential:NAME": a reference, never the secret.
create table setting (
	scope text not null check (scope in ('defaults', 'site', 'environment', 'host')),
	owner text not null,
	name  text not null,
	value text not null,
	primary key (scope, owner, name)
) strict, without rowid;

-- SSH host keys that an operator has accepted.
create table host_key (
	host        text not null,
	type        text not null,
	blob        blob not null,
	fingerprint text not null,
	accepted_by text not null,
	accepted_us integer not null,
	primary key (host, type)
) strict, without rowid;
