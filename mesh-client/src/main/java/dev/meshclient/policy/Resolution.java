package dev.meshclient.policy;

/** How the endpoints of a service are found. The names are Istio's. */
public enum Resolution {
    /** The policy lists them. */
    STATIC,
    /** The policy lists names, or the hosts are the names: each address of a name is an endpoint. */
    DNS,
    /** The only endpoint is the request's own host and port, reached as OkHttp would reach it. */
    NONE
}
