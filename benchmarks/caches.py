# benchmarks/caches.py - contenders that answer from their cache: this gateway, nginx and Varnish, all told to hold for an hour.
import os

import contenders
from processes import Process, free_port


def tollgate(settings, place):
    return contenders.tollgate(settings, place, contenders.responder(settings, settings.upstream_ports[:1]) +
                               'route "GET /**" { upstream = responder, plugins = { cache { ttl = 1 * hours } } }\n')


# The cache's files stay in the kernel's page cache, and go out by sendfile.
def nginx(settings, place):
    zone = "    proxy_cache_path cached keys_zone=cached:10m inactive=1h use_temp_path=off;\n    sendfile on;\n"
    location = ("            proxy_cache cached;\n            proxy_cache_valid 200 1h;\n"
                "            add_header X-Cache $upstream_cache_status;\n")
    return contenders.nginx(settings, place, f"        location / {{\n{location}{contenders.NGINX_PROXY}        }}\n", zone)


# Varnish has no setting for one thread: its pool's threads share the contenders' CPU. `-j none`: no other user is needed.
def varnish(settings, place):
    port = free_port()
    folder = os.path.join(settings.folder, f"varnish-{port}")
    os.makedirs(folder, exist_ok=True)
    vcl = contenders.write(folder, "bench.vcl", f"""vcl 4.1;
backend responder {{ .host = "127.0.0.1"; .port = "{settings.upstream_ports[0]}"; }}
sub vcl_backend_response {{ set beresp.ttl = 1h; }}
sub vcl_deliver {{
    if (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }} else {{ set resp.http.X-Cache = "MISS"; }}
}}
""")
    command = [settings.varnishd, "-F", "-j", "none", "-n", os.path.join(folder, "work"), "-a", f"127.0.0.1:{port}",
               "-T", "none", "-f", vcl, "-s", "malloc,256m", "-p", f"timeout_idle={contenders.IDLE}",
               "-p", "thread_pools=1", "-p", "thread_pool_min=600"]
    return contenders.started(Process("varnish", command, place.cpus, folder), port)


CACHES = {"tollgate": tollgate, "nginx": nginx, "varnish": varnish}
