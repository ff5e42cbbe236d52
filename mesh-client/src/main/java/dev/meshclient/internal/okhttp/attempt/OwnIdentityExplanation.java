package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.Decision;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.OwnIdentityFault;
import dev.meshclient.internal.tls.Peer;
import java.util.LinkedHashSet;
import java.util.Set;

/** States which attempts fail because this process lacks a valid certificate. */
public record OwnIdentityExplanation(Time time, Identities identities) {
    /** States it for calls to a backend, whose endpoints are stated before. */
    public void explain(Backend backend, ExplanationSink to) {
        Set<String> pending = new LinkedHashSet<>();
        to.refuseAt(endpoint -> {
            OwnIdentityFault fault = endpoint == null ? null : identities.fault(Peer.of(backend, endpoint));
            if (fault != null && fault.isPending() && time.now() < identities.waitUntil()) {
                pending.add(String.valueOf(fault.getMessage()));
                return null;
            }
            return fault == null ? null : unavailable(fault, to.decision());
        });
        pending.forEach(why -> to.remark("a call waits for the certificate of this process: " + why));
    }

    static IdentityUnavailable unavailable(OwnIdentityFault fault, Decision decision) {
        IdentityUnavailable unavailable =
                Failures.make().identityUnavailable(String.valueOf(fault.getMessage()), fault.advice(), decision);
        unavailable.initCause(fault);
        return unavailable;
    }
}
