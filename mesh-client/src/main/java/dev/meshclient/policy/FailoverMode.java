package dev.meshclient.policy;

/** When calls go to the next priority: another region, or a cluster of a higher priority number. */
public enum FailoverMode {
    /** As much as is missing: while 1.4 times what is usable covers what is listed, nothing. Envoy's way. */
    SPILL,
    /** Only when nobody is left. Consul's way. */
    STRICT
}
