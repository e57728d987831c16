SELECT 'branches', count(*), md5(coalesce(string_agg(b::text, ',' ORDER BY bid), '')) FROM branches AS b
UNION ALL
SELECT 'accounts', count(*), md5(coalesce(string_agg(a::text, ',' ORDER BY aid), '')) FROM accounts AS a
UNION ALL
SELECT 'history', count(*), md5(coalesce(string_agg(h::text, ',' ORDER BY hid), '')) FROM history AS h;
