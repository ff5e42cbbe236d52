package dev.meshclient.spring.server;

import dev.meshclient.Explanation;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.spring.InboundAuthorization;
import dev.meshclient.spring.server.MeshServerProperties.AuthorizationMode;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Compares the mode of authorization with the policy and the certificate: at the start, and with each new policy and certificate. A new
 * problem is logged once, as a WARN.
 */
final class InboundAuthorizationCheck implements InboundAuthorization, MeshListener, SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring.server");

    private final Supplier<@Nullable Mesh> source;
    private final AuthorizationMode mode;
    /** Permissive refuses no request, and Spring Security may decide by the policy while the mode is off. */
    private final boolean canHaveProblem;

    private final boolean asksForCertificates;
    /** Null until the application has started, and if there can be no problem. */
    private volatile @Nullable Mesh mesh;

    private @Nullable String warned;

    /**
     * @param source the mesh; null: it is off
     * @param properties with {@code mesh.server.enabled=false} the mode is off, and that is no problem
     * @param decidedElsewhere whether Spring Security may authorize requests by the policy, with the mode {@code off}
     * @param asksForCertificates whether the server asks its clients for certificates
     */
    InboundAuthorizationCheck(
            Supplier<@Nullable Mesh> source,
            MeshServerProperties properties,
            boolean decidedElsewhere,
            boolean asksForCertificates) {
        this.source = source;
        this.asksForCertificates = asksForCertificates;
        this.mode = properties.enabled() ? properties.authorization() : AuthorizationMode.OFF;
        this.canHaveProblem = properties.enabled()
                && (mode == AuthorizationMode.ENFORCE || (mode == AuthorizationMode.OFF && !decidedElsewhere));
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (canHaveProblem) {
            mesh = source.get();
            check();
        }
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.PolicyApplied || event instanceof MeshEvent.IdentityRotated) {
            check();
        }
    }

    private synchronized void check() {
        Mesh running = mesh;
        if (running == null) {
            return;
        }
        String problem = problem(running.status());
        if (problem != null && !Objects.equals(problem, warned)) {
            LOG.warn(problem);
        }
        warned = problem;
    }

    @Override
    public String mode() {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String problem(MeshStatus status) {
        if (!canHaveProblem || !status.isReady()) {
            return null;
        }
        String own = status.serviceMap().workload();
        MeshStatus.Service service = status.service(own);
        return mode == AuthorizationMode.ENFORCE ? problemOfEnforce(status, own, service) : problemOfOff(own, service);
    }

    private static @Nullable String problemOfOff(String own, MeshStatus.@Nullable Service service) {
        return service != null && isAuthorized(service)
                ? "the policy has authorization for the service '" + own
                        + "', but mesh.server.authorization is off: no inbound request is checked"
                : null;
    }

    private @Nullable String problemOfEnforce(MeshStatus status, String own, MeshStatus.@Nullable Service service) {
        String enforced = "mesh.server.authorization=enforce, but ";
        if (service == null) {
            return enforced + "the policy does not list the service '" + own
                    + "' (mesh.service): all inbound requests are refused with 503";
        }
        if (service.state() == MeshStatus.State.REFUSED) {
            return enforced + "the policy of the service '" + own
                    + "' (mesh.service) is not valid: all inbound requests are refused with 503";
        }
        MeshStatus.Identity identity = status.identities().get("");
        if (identity == null && asksForCertificates) {
            return enforced
                    + "this process has no identity, so no authorities to verify client certificates by: the SPIFFE ID"
                    + " of no client counts. State mesh.identity.directory, or mesh.identity.ssl-bundle with the name in"
                    + " server.ssl.bundle";
        }
        return identity == null || identity.id().isEmpty() || identity.id().startsWith("spiffe://")
                ? null
                : enforced + "the certificate of this process, " + identity.id()
                        + ", has no SPIFFE ID: the trust domain of a caller is not verified, only its authority";
    }

    /** Whether the policy states which requests the service handles. */
    private static boolean isAuthorized(MeshStatus.Service service) {
        Explanation effective = service.effective();
        return effective != null
                && effective.rules().stream()
                        .flatMap(rule -> rule.backends().stream())
                        .flatMap(backend -> backend.settings().stream())
                        .anyMatch(setting -> setting.name().equals("authorization")
                                && setting.source() != Explanation.Source.BUILT_IN
                                && !setting.value().equals("none"));
    }
}
