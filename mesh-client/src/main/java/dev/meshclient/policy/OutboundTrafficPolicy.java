package dev.meshclient.policy;

/** Whether calls are sent whose host no service claims. The names are Istio's. */
public enum OutboundTrafficPolicy {
    /** The caller's own client makes the call, unchanged. */
    ALLOW_ANY,
    /** The call is refused. */
    REGISTRY_ONLY
}
