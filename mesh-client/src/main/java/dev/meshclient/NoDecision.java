package dev.meshclient;

import java.util.List;

/** The decision of a call without a mesh. */
record NoDecision(
        String policy,
        String service,
        String rule,
        String backend,
        List<Attempt> attempts,
        String detail,
        String reason,
        List<String> shadow)
        implements Decision {
    @Override
    public String toString() {
        return "nothing was decided: no mesh took the call, or a cache answered it";
    }
}
