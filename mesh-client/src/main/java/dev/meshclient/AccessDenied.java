package dev.meshclient;

/** The service's authorization policy does not let this workload make the call, whatever the service may find out yet. */
public final class AccessDenied extends MeshRefusal {
    private static final long serialVersionUID = 1;

    private final String policy;
    private final String rule;

    AccessDenied(String policy, String rule, String what, String advice, Decision decision) {
        super(ACCESS_DENIED, what, advice, decision);
        this.policy = policy;
        this.rule = rule;
    }

    /** The policy that denies; where no ALLOW policy allows, all of these. */
    public String policy() {
        return policy;
    }

    /** The rule of the policy, {@code rules[0]}; empty if none allows. */
    public String rule() {
        return rule;
    }
}
