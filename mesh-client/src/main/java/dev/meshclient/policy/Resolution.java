package dev.meshclient.policy;

/** How the endpoints of a service are found. The words are Istio's. */
public enum Resolution {
    /** They are listed. */
    STATIC,
    /** Names are listed, or the hosts themselves: each address that they stand for is an endpoint. */
    DNS,
    /** The endpoint is the request's own host and port, reached as OkHttp would. */
    NONE
}
