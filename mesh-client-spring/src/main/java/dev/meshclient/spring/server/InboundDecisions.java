package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import dev.meshclient.spring.MeshClients;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.spring.server.MeshServerProperties.AuthorizationMode;
import dev.meshclient.spring.server.MeshServerProperties.TrustedRequests;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/** Decides about inbound requests, in the same way for servlets and WebFlux. */
final class InboundDecisions {
    static final String CHALLENGE = "Bearer error=\"invalid_token\"";

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring.server");
    private static final int GATEWAY_TIMEOUT = 504;

    private final Supplier<Mesh> mesh;
    private final AuthorizationMode authorization;
    private final TrustedRequests trusted;
    private final PermittedPaths permitted;
    private final boolean enabled;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * @param application the path of the application, under which the probes are
     * @param hasHealth whether the application has the health endpoint
     * @throws MeshConfigurationException if requests would not be authorized only because {@code mesh.enabled} is false
     */
    InboundDecisions(
            Supplier<Mesh> mesh,
            MeshServerProperties properties,
            Environment environment,
            String application,
            boolean hasHealth) {
        this.mesh = SingletonSupplier.of(mesh);
        this.authorization = properties.authorization();
        this.trusted = properties.inboundContext();
        List<String> stated = properties.permitPaths();
        this.permitted = new PermittedPaths(
                stated == null ? PermittedPaths.ofProbes(environment, application, hasHealth) : stated);
        boolean meshEnabled = MeshClients.areEnabled(environment);
        this.enabled = meshEnabled && properties.enabled();
        if (authorization == AuthorizationMode.OFF) {
            return;
        }
        String mode = "mesh.server.authorization=" + authorization.name().toLowerCase(Locale.ROOT);
        if (enabled) {
            LOG.info("{}, permitted paths {}", mode, permitted);
        } else if (authorization == AuthorizationMode.ENFORCE && properties.enabled()) {
            throw new MeshConfigurationException(
                    "The mesh is off (mesh.enabled=false), and " + mode
                            + " needs it: all inbound requests would be handled.",
                    "Remove mesh.enabled=false. To handle all requests, set mesh.server.enabled=false too; in a test, set"
                            + " mesh.server.authorization=off.");
        } else {
            String off = meshEnabled ? "mesh.server.enabled" : "mesh.enabled";
            LOG.warn("{}=false: all inbound requests are handled, although {} is stated", off, mode);
        }
    }

    boolean isEnabled() {
        return enabled;
    }

    InboundExchange begin(InboundRequest request) {
        return mesh.get().inbound().begin(request);
    }

    /** It may wait for the keys of a token's issuer. */
    InboundDecision decide(InboundRequest request) {
        return decide(request, isChecked(request) ? mesh.get().inbound().authorize(request) : null);
    }

    /** It never waits; null: {@link #decide} has to. */
    @Nullable
    InboundDecision decideNow(InboundRequest request) {
        if (!isChecked(request)) {
            return decide(request, null);
        }
        InboundResult result = mesh.get().inbound().authorizeNow(request);
        return result == null ? null : decide(request, result);
    }

    private InboundDecision decide(InboundRequest request, @Nullable InboundResult result) {
        if (result != null && !result.isAllowed()) {
            if (authorization == AuthorizationMode.ENFORCE) {
                LOG.debug("{}: {}, {}", request, result.status(), result.reason());
                return new InboundDecision(result.status().http(), result, null, false);
            }
            warn(request, result);
        }
        InboundContext context = isTrusted(request, result) ? InboundContext.of(request::header) : null;
        if (context != null && Duration.ZERO.equals(context.left())) {
            return new InboundDecision(GATEWAY_TIMEOUT, result, null, false);
        }
        // permissive changes no request
        boolean hidesToken = authorization == AuthorizationMode.ENFORCE && result != null && !result.forwardToken();
        return new InboundDecision(200, result, context, hidesToken);
    }

    private boolean isChecked(InboundRequest request) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return authorization != AuthorizationMode.OFF && !(reads && permitted.contains(request.path()));
    }

    private boolean isTrusted(InboundRequest request, @Nullable InboundResult result) {
        return switch (trusted) {
            case ALL -> true;
            case NONE -> false;
            case AUTHENTICATED ->
                request.peer() != null || (result != null && !result.claims().isEmpty());
        };
    }

    private void warn(InboundRequest request, InboundResult result) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn(
                    "mesh.server.authorization=permissive: a request is handled that enforce refuses with {}: {}, {}."
                            + " Further ones are logged at DEBUG and counted in mesh.authorization",
                    result.status().http(),
                    request,
                    result.reason());
        } else {
            LOG.debug("permissive: {}: {}, {}", request, result.status(), result.reason());
        }
    }
}
