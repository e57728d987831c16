-- Some megabytes of rows, like pgbench's, so that a primary and its standbys can be compared row by row.
CREATE TABLE branches (bid int PRIMARY KEY, balance int NOT NULL, filler char(88));
CREATE TABLE accounts (aid int PRIMARY KEY, bid int NOT NULL, balance int NOT NULL, filler char(84));
CREATE TABLE history (hid bigserial PRIMARY KEY, aid int NOT NULL, delta int NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO branches SELECT b, b * 10, 'branch' FROM generate_series(1, 10) AS b;
INSERT INTO accounts SELECT a, a % 10 + 1, a % 1000, 'account' FROM generate_series(1, 30000) AS a;
INSERT INTO history (aid, delta) SELECT h * 7 % 30000 + 1, h % 100 - 50 FROM generate_series(1, 2000) AS h;
