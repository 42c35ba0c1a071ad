-- What the silos and API hosts of a cluster need of PostgreSQL to find each other: Orleans' membership tables, and the statements by which Orleans uses them.
--
-- The tables' and columns' names and the keys of OrleansQuery are Orleans' own, so that its package Microsoft.Orleans.Clustering.AdoNet works on them as well. It reads every
-- statement from OrleansQuery, passes parameters by name, reads columns by name, and takes a statement that changes something as done if it returns 1, as refused if it returns 0.
--
-- May be run again, on an empty database or on one that has all this, while silos run. In a container of the official image: /docker-entrypoint-initdb.d. By hand:
-- psql -v ON_ERROR_STOP=1 -f 01-orleans-clustering.sql -f 02-orleans-kv.sql <database>
-- PostgreSQL 12 or later.

SET client_min_messages = warning;

BEGIN;

-- One at a time: two who create a table "if it is not there" at the same moment both find it missing.
DO $$ BEGIN PERFORM pg_advisory_xact_lock(5740129); END $$;

CREATE TABLE IF NOT EXISTS OrleansQuery
(
    QueryKey varchar(64) NOT NULL,
    QueryText varchar(8000) NOT NULL,

    CONSTRAINT OrleansQuery_Key PRIMARY KEY (QueryKey)
);

-- One row per cluster. Every change of a silo's status raises the version by compare-and-swap: the changes have one order.
CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable
(
    DeploymentId varchar(150) NOT NULL,
    Timestamp timestamptz(3) NOT NULL DEFAULT now(),
    Version integer NOT NULL DEFAULT 0,

    CONSTRAINT PK_OrleansMembershipVersionTable_DeploymentId PRIMARY KEY (DeploymentId)
);

-- One row per start of a silo: a silo that is started again has the same address and another generation.
CREATE TABLE IF NOT EXISTS OrleansMembershipTable
(
    DeploymentId varchar(150) NOT NULL,
    Address varchar(45) NOT NULL,
    Port integer NOT NULL,
    Generation integer NOT NULL,
    SiloName varchar(150) NOT NULL,
    HostName varchar(150) NOT NULL,
    Status integer NOT NULL,
    ProxyPort integer NULL,
    SuspectTimes varchar(8000) NULL,
    StartTime timestamptz(3) NOT NULL,
    IAmAliveTime timestamptz(3) NOT NULL,

    CONSTRAINT PK_MembershipTable_DeploymentId PRIMARY KEY (DeploymentId, Address, Port, Generation),
    CONSTRAINT FK_MembershipTable_MembershipVersionTable_DeploymentId FOREIGN KEY (DeploymentId) REFERENCES OrleansMembershipVersionTable (DeploymentId)
);

-- Whether the cluster's version is still the one that the caller has read. If so, nobody else changes it, or any row's status, before this transaction ends.
CREATE OR REPLACE FUNCTION orleans_membership_hold(p_cluster text, p_version integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM OrleansMembershipVersionTable v WHERE v.DeploymentId = p_cluster AND v.Version = p_version FOR UPDATE;
    RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION orleans_membership_step(p_cluster text) RETURNS void LANGUAGE sql AS $$
    UPDATE OrleansMembershipVersionTable SET Version = Version + 1, Timestamp = now() WHERE DeploymentId = p_cluster;
$$;

CREATE OR REPLACE FUNCTION orleans_membership_begin(p_cluster text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO OrleansMembershipVersionTable (DeploymentId) VALUES (p_cluster) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 1 ELSE 0 END;
END
$$;

CREATE OR REPLACE FUNCTION orleans_membership_add(
    p_cluster text, p_address text, p_port integer, p_generation integer, p_name text, p_host text, p_status integer, p_gateway integer,
    p_started timestamptz, p_alive timestamptz, p_version integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF NOT orleans_membership_hold(p_cluster, p_version) THEN RETURN 0; END IF;
    INSERT INTO OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        VALUES (p_cluster, p_address, p_port, p_generation, p_name, p_host, p_status, p_gateway, p_started, p_alive)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN 0; END IF;
    PERFORM orleans_membership_step(p_cluster);
    RETURN 1;
END
$$;

CREATE OR REPLACE FUNCTION orleans_membership_change(
    p_cluster text, p_address text, p_port integer, p_generation integer, p_status integer, p_suspicions text, p_alive timestamptz,
    p_version integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF NOT orleans_membership_hold(p_cluster, p_version) THEN RETURN 0; END IF;
    UPDATE OrleansMembershipTable m SET Status = p_status, SuspectTimes = p_suspicions, IAmAliveTime = p_alive
        WHERE m.DeploymentId = p_cluster AND m.Address = p_address AND m.Port = p_port AND m.Generation = p_generation;
    IF NOT FOUND THEN RETURN 0; END IF;
    PERFORM orleans_membership_step(p_cluster);
    RETURN 1;
END
$$;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', 'SELECT orleans_membership_begin(@DeploymentId)'),
('InsertMembershipKey',
 'SELECT orleans_membership_add(@DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime, @Version)'),
('UpdateMembershipKey',
 'SELECT orleans_membership_change(@DeploymentId, @Address, @Port, @Generation, @Status, @SuspectTimes, @IAmAliveTime, @Version)'),
-- A sign of life changes no version: it must not make anybody's change of a status fail.
('UpdateIAmAlivetimeKey',
 'UPDATE OrleansMembershipTable SET IAmAliveTime = @IAmAliveTime
  WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation'),
-- The version is told even where no row is: hence the outer joins.
('MembershipReadRowKey',
 'SELECT v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
  FROM OrleansMembershipVersionTable v
  LEFT JOIN OrleansMembershipTable m
    ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
  WHERE v.DeploymentId = @DeploymentId'),
('MembershipReadAllKey',
 'SELECT v.Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime
  FROM OrleansMembershipVersionTable v
  LEFT JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
  WHERE v.DeploymentId = @DeploymentId'),
('GatewaysQueryKey',
 'SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0'),
('DeleteMembershipTableEntriesKey',
 'DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
  DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId'),
-- 3 is Active: such a row stays until the others have declared its silo dead, however long it has been silent.
('CleanupDefunctSiloEntriesKey',
 'DELETE FROM OrleansMembershipTable
  WHERE DeploymentId = @DeploymentId AND Status <> 3 AND IAmAliveTime < @IAmAliveTime AND StartTime < @IAmAliveTime')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText;

COMMIT;
