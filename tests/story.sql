-- The main story as one run: what native, Node and Chromium must agree on to the last bit.
CREATE DATABASE shop;
USE shop;
CREATE TABLE items (id INT PRIMARY KEY, name STRING, price DECIMAL(10,2), seen TIMESTAMPTZ DEFAULT now(), INDEX (name));
INSERT INTO items (id, name, price) SELECT i, 'item ' || i::STRING, i * 1.25 FROM generate_series(1, 200) AS g(i);
BACKUP DATABASE shop INTO 'nodelocal://1/c' WITH revision_history;
\sim advance 10m
UPDATE items SET price = price * 1.5 WHERE id % 7 = 0;
DELETE FROM items WHERE id > 190;
BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c' WITH revision_history;
ALTER DATABASE shop CONFIGURE ZONE USING gc.ttlseconds = 600;
\sim advance 1h
BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c' WITH revision_history;
BACKUP DATABASE shop INTO 'nodelocal://1/c';
DROP TABLE items;
RESTORE TABLE shop.items FROM LATEST IN 'nodelocal://1/c';
SELECT count(*), sum(price) FROM items;
SELECT gen_random_uuid(), random() < 2, cluster_logical_timestamp();
\sim advance 26h
