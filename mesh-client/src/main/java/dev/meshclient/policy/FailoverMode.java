package dev.meshclient.policy;

/** When calls move to the next priority: another region, or a cluster with a higher priority number. */
public enum FailoverMode {
    /** Only the missing share moves: none while 1.4 times the usable weight covers the listed weight. Envoy's rule. */
    SPILL,
    /** Calls move only when the priority has no usable endpoint. Consul's rule. */
    STRICT
}
