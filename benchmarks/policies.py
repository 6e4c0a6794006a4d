# benchmarks/policies.py - contenders that share requests between two targets: each policy, and what others have for it.
import contenders

# The balancer's settings; lines of nginx's upstream and of HAProxy's backend, None where there is nothing of the kind.
POLICIES = {
    "round_robin": ('policy = "round_robin"', "", "    balance roundrobin\n"),
    "weighted": ('policy = "weighted"', "", "    balance roundrobin\n"),
    "least_requests": ('policy = "least_requests"', "        random two least_conn;\n", "    balance random(2)\n"),
    "ewma": ('policy = "ewma"', "        least_conn;\n", "    balance leastconn\n"),  # by time: nobody else; the nearest
    "consistent_hash": ('policy = "consistent_hash", by = path', "        hash $uri consistent;\n",
                        "    balance uri\n    hash-type consistent\n"),
    "sticky": ('sticky = "lb", sticky_secret = "correct-horse-battery"', None,
               "    balance roundrobin\n    cookie lb insert indirect nocache\n"),
}


# All may keep as many idle connections to each of the targets as they keep to one elsewhere: a hash may send everything
# to one of them.
def tollgate(policy):
    weight = 3 if policy == "weighted" else 1

    def start(settings, place):
        one, two = settings.upstream_ports
        return contenders.tollgate(settings, place, f"""local responder = upstream "responder" {{
    targets = {{ {{ "127.0.0.1:{one}", weight = {weight} }}, "127.0.0.1:{two}" }},
    keep_alive = {settings.keep_alive}, keep_alive_time = {contenders.IDLE} * seconds,
    balance = balancer {{ {POLICIES[policy][0]} }} }}
route "GET /**" {{ upstream = responder }}
""")
    return start


def nginx(policy):
    weight = " weight=3" if policy == "weighted" else ""

    def start(settings, place):
        one, two = settings.upstream_ports
        return contenders.nginx_proxy(settings, place, f"{POLICIES[policy][1]}        server 127.0.0.1:{one}{weight};\n"
                                                       f"        server 127.0.0.1:{two};\n")
    return start


def haproxy(policy):
    weights = (" weight 3", " weight 1") if policy == "weighted" else ("", "")
    if policy == "sticky":
        weights = (" cookie one", " cookie two")
    return lambda settings, place: contenders.haproxy(settings, place, "", POLICIES[policy][2], weights)


def of(policy):
    """The contenders of a policy's row."""
    found = {"tollgate": tollgate(policy), "nginx": nginx(policy), "haproxy": haproxy(policy)}
    if POLICIES[policy][1] is None:
        del found["nginx"]
    return found
