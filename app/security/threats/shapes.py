"""What an attack looks like in an address. Bodies are never looked at: people may write of `<script>` in a chat.

Each pattern is compiled once and bounded everywhere, so that no text makes it slow: no repetition holds another one, and
none is open at its end.
"""

import re
from urllib.parse import unquote_plus

# The server takes no longer line than half of this.
LONGEST = 8192

SCANNER_PATHS = re.compile(
    r"""
    /\.(?:env|git|svn|hg|aws|ssh|docker|kube|vscode|idea|ht(?:access|passwd)|ds_store|npmrc|bash_history)\b
  | /(?:wp-(?:login|admin|content|includes|json|config)|xmlrpc|wordpress|phpmyadmin|pma|phpinfo|adminer|cgi-bin
      |vendor/phpunit|actuator|server-status|server-info|solr|jenkins|hudson|manager/html|jmx-console|web-inf|boaform|hnap1|owa|autodiscover
      |telescope|_ignition|_profiler|elmah|struts|geoserver|eval-stdin)\b
  | \.(?:php\d?|phtml|aspx?|jspx?|cgi|bak|sql|old|swp|ini|pem)(?:/|$)
  | /(?:backup|dump|database|db|site|www)\.(?:zip|tar|gz|tgz|rar|7z|sql)
  | /(?:id_rsa|credentials|config\.(?:json|ya?ml)|composer\.(?:json|lock)|docker-compose\.ya?ml)$
    """,
    re.IGNORECASE | re.VERBOSE,
)

ATTACKS = re.compile(
    r"""
    \.\.[/\\]                                                                   # out of a folder
  | /etc/(?:passwd|shadow|hosts)\b | /proc/self\b | \b(?:win|boot)\.ini\b
  | \b(?:php|file|expect|gopher|phar|jar|dict)://
  | <\s{0,4}/?\s{0,4}(?:script|iframe|svg|object|embed|img|body|math|base|meta|link)\b   # markup
  | ["'\s/]on(?:error|load|click|focus|mouseover|toggle|begin)\s{0,4}=
  | \bjavascript\s{0,4}: | \bvbscript\s{0,4}: | \bdata:text/html
  | \bunion\b[\s(]{1,20}(?:all[\s(]{1,20}|distinct[\s(]{1,20})?select\b          # SQL
  | \bselect\b[^;]{1,80}\bfrom\b[^;]{1,80}(?:--|\#|/\*|\bwhere\b)
  | ['")]\s{0,9}(?:and|or|xor|\|\||&&)[\s(]{1,9}['"(]{0,3}\w{1,40}['")]{0,3}\s{0,9}(?:=|<|>|\blike\b|\bin\b|\bbetween\b)
  | \b(?:and|or|having|where)\b[\s(]{1,9}(?:not[\s(]{1,9})?\d{1,9}\s{0,9}[=<>]{1,2}\s{0,9}\(?\d
  | \(\s{0,4}select\b[^)]{1,60}(?:\bfrom\b|\)) | \|\|\s{0,4}\(?\s{0,4}select\b
  | ['")]\s{0,9};\s{0,9}(?:select|insert|update|delete|drop|alter|create|exec|declare|waitfor)\b
  | ;\s{0,9}(?:drop|truncate|alter)\s{1,9}(?:table|database)\b
  | \b(?:sleep|pg_sleep|benchmark|randomblob|extractvalue|updatexml|load_file|dbms_pipe\.receive_message)\s{0,4}\(
  | \bwaitfor\s{1,9}delay\b | \binto\s{1,9}(?:out|dump)file\b | \bxp_cmdshell\b
  | \b(?:information_schema|sqlite_master|pg_catalog|sysobjects|all_tables)\b
  | \border\s{1,9}by\s{1,9}\d{1,5}\s{0,4}(?:--|\#|/\*) | '\s{0,4}(?:--|\#|/\*)
  | [`;|]\s{0,4}(?:cat|id|ls|wget|curl|whoami|uname|nc|bash|sh|ping|sleep|nslookup|powershell|certutil)\b   # a shell
  | \$\((?:cat|id|ls|wget|curl|whoami|uname|sleep|expr|echo|printf)\b
  | \$\{\s{0,4}(?:jndi|env|sys|lower|upper|java|::-|\w{1,20}:) | \$\{[\d\s]{0,9}\d[*+]\d                  # templates
  | \{\{[^}]{0,60}[*+.|\[][^}]{0,60}\}\} | <%=? | \#\{[^}]{0,40}[*+.][^}]{0,40}\}
  | [\r\n]{1,4}\s{0,4}(?:set-cookie|location|content-(?:type|length)|http/\d|host|x-[a-z-]{1,30})\b        # a header
  | \x00
    """,
    re.IGNORECASE | re.VERBOSE,
)

COMMENT = re.compile(r"/\*[^*]{0,80}\*/")
# Every attack has one of these; most addresses have none, and are done with this.
TELLING = re.compile(r"[^\w/&=,-]|/etc/|/proc/", re.ASCII)


def find_shape(path: str, query: str, *, is_page: bool) -> str | None:
    """The name of the signal that this address is. `path` is decoded, `query` as it came.

    What scanners look for is none of ours: a SKU may end in `.old`, so a page that `is_page` is not suspected.
    """
    path, query = path[:LONGEST], query[:LONGEST]
    if not is_page and SCANNER_PATHS.search(path):
        return "scanner_path"
    return "attack_shape" if is_attack(path) or is_attack(query) else None


def is_attack(text: str) -> bool:
    if not TELLING.search(text):
        return False
    text = unquote_plus(text)
    if "%" in text:  # encoded twice, so that a guard in front sees nothing
        text = unquote_plus(text)
    if "/*" in text and ATTACKS.search(COMMENT.sub(" ", text)):
        return True
    return ATTACKS.search(text) is not None
