-- The authority of the cluster map, beside Orleans' membership tables: which map is the current one, and which store stands under which silo's name.
-- The map changes by compare-and-swap on its epoch; who changes anything holds the lock of the cluster's row, so that map and nodes are always of one moment.
--
-- May be run again at any time, as 01-orleans-clustering.sql, and is run after it.

SET client_min_messages = warning;

BEGIN;

DO $$ BEGIN PERFORM pg_advisory_xact_lock(5740129); END $$;

-- One row per cluster. Epoch 0: no map was ever installed. The bytes are the store's own encoding.
CREATE TABLE IF NOT EXISTS OrleansKvMap
(
    ClusterId varchar(150) NOT NULL,
    Epoch bigint NOT NULL DEFAULT 0,
    Map bytea NOT NULL DEFAULT '',
    Installed timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT PK_OrleansKvMap PRIMARY KEY (ClusterId),
    CONSTRAINT CK_OrleansKvMap_Epoch CHECK (Epoch >= 0)
);

-- One row per silo's name: the newest store under it.
CREATE TABLE IF NOT EXISTS OrleansKvNode
(
    ClusterId varchar(150) NOT NULL,
    Name varchar(150) NOT NULL,
    Store varchar(64) NOT NULL,
    Silo varchar(100) NOT NULL,
    Draining boolean NOT NULL,
    Durable boolean NOT NULL,
    WasMember boolean NOT NULL,
    Registered timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT PK_OrleansKvNode PRIMARY KEY (ClusterId, Name),
    CONSTRAINT FK_OrleansKvNode_Map FOREIGN KEY (ClusterId) REFERENCES OrleansKvMap (ClusterId)
);

CREATE OR REPLACE FUNCTION orleans_kv_lock(p_cluster text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- A map that was acknowledged must outlive a crash of the server: an epoch that goes back would let two maps claim it.
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    INSERT INTO OrleansKvMap (ClusterId) VALUES (p_cluster) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM OrleansKvMap m WHERE m.ClusterId = p_cluster FOR UPDATE;
END
$$;

-- True if the map is installed, false if another one than expected was.
CREATE OR REPLACE FUNCTION orleans_kv_install(p_cluster text, p_expected bigint, p_epoch bigint, p_map bytea, p_stores text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF p_epoch <= p_expected THEN RAISE EXCEPTION 'epoch % does not follow epoch %', p_epoch, p_expected; END IF;
    PERFORM orleans_kv_lock(p_cluster);
    UPDATE OrleansKvMap m SET Epoch = p_epoch, Map = p_map, Installed = now() WHERE m.ClusterId = p_cluster AND m.Epoch = p_expected;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE OrleansKvNode n SET WasMember = true WHERE n.ClusterId = p_cluster AND NOT n.WasMember AND n.Store = ANY (p_stores);
    RETURN true;
END
$$;

-- In the place of whatever stands under the name. That the same store was a member is never taken back.
CREATE OR REPLACE FUNCTION orleans_kv_register(
    p_cluster text, p_name text, p_store text, p_silo text, p_draining boolean, p_durable boolean, p_was_member boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orleans_kv_lock(p_cluster);
    -- What is known of one store says nothing of the next one under its name: columns that a later build has added, and this function does not know, begin anew.
    DELETE FROM OrleansKvNode n WHERE n.ClusterId = p_cluster AND n.Name = p_name AND n.Store <> p_store;
    INSERT INTO OrleansKvNode AS n (ClusterId, Name, Store, Silo, Draining, Durable, WasMember)
        VALUES (p_cluster, p_name, p_store, p_silo, p_draining, p_durable, p_was_member)
        ON CONFLICT (ClusterId, Name) DO UPDATE SET
            Store = EXCLUDED.Store, Silo = EXCLUDED.Silo, Draining = EXCLUDED.Draining, Durable = EXCLUDED.Durable,
            WasMember = EXCLUDED.WasMember OR (n.WasMember AND n.Store = EXCLUDED.Store), Registered = now();
END
$$;

-- False, and nothing is changed, where the store does not stand under the name (any more).
CREATE OR REPLACE FUNCTION orleans_kv_drain(p_cluster text, p_name text, p_store text, p_draining boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM orleans_kv_lock(p_cluster);
    UPDATE OrleansKvNode n SET Draining = p_draining WHERE n.ClusterId = p_cluster AND n.Name = p_name AND n.Store = p_store;
    RETURN FOUND;
END
$$;

COMMIT;
