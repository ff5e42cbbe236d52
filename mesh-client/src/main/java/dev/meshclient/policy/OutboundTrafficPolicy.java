package dev.meshclient.policy;

/** What happens to a call whose host no service claims. The words are Istio's. */
public enum OutboundTrafficPolicy {
    /** The caller's own client makes the call, untouched. */
    ALLOW_ANY,
    /** The call is refused. */
    REGISTRY_ONLY
}
