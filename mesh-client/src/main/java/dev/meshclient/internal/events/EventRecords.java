package dev.meshclient.internal.events;

import dev.meshclient.MeshStatus;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.telemetry.MeshEvent;
import java.time.Instant;
import java.util.List;

/** The events, as they are made. */
final class EventRecords {
    private EventRecords() {}

    record Ejected(String service, String endpoint, String reason) implements MeshEvent.EndpointEjected {}

    record Returned(String service, String endpoint, String reason) implements MeshEvent.EndpointReturned {}

    record Applied(String revision) implements MeshEvent.PolicyApplied {}

    record Refused(String revision, List<PolicyProblem> problems) implements MeshEvent.PolicyRefused {}

    record BudgetSpent(String service, String backend, String reason) implements MeshEvent.RetryBudgetSpent {}

    record BreakerChanged(String service, String backend, MeshStatus.CircuitBreaker.BreakerState state, String reason)
            implements MeshEvent.CircuitBreakerChanged {}

    record Rotated(String id, Instant notAfter, boolean trustChanged) implements MeshEvent.IdentityRotated {}

    record Rejected(String source, String reason) implements MeshEvent.IdentityRejected {}

    record RejectedPeer(String service, String endpoint, Kind kind, String reason) implements MeshEvent.PeerRejected {}

    record Expiring(String id, Instant notAfter, int lifePercent) implements MeshEvent.IdentityExpiring {}

    record Decided(AuthorizationEvent decision) implements MeshEvent.AuthorizationDecided {}
}
