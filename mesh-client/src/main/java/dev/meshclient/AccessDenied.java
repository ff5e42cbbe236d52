package dev.meshclient;

/** The service's authorization policy does not allow this workload to make the call, whatever else the service would check. */
public final class AccessDenied extends MeshRefusal {
    private static final long serialVersionUID = 1;

    private final String policy;
    private final String rule;

    AccessDenied(String policy, String rule, String what, String advice, Decision decision) {
        super(ACCESS_DENIED, what, advice, decision);
        this.policy = policy;
        this.rule = rule;
    }

    /** The policy that denies; if no ALLOW policy allows the call, all ALLOW policies. */
    public String policy() {
        return policy;
    }

    /** The rule of the policy, such as {@code rules[0]}; empty if no ALLOW policy allows the call. */
    public String rule() {
        return rule;
    }
}
