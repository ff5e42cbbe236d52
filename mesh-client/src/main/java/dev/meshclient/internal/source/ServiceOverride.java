package dev.meshclient.internal.source;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * One service of a document at a URL of the developer. Its only endpoint is that URL, and belongs to all its subsets; its rules match as
 * before and send to the service itself. Timeouts, retries and limits stay. TLS, access policies and tokens of the policy do not
 * apply to it: a process on the developer's machine has neither the identity nor the authorities of the mesh.
 *
 * @param service its name in documents
 * @param url its scheme decides about TLS, with the trust of the caller's client; its path is not used
 */
public record ServiceOverride(String service, HttpUrl url) {
    private static final String PROPERTY = "mesh.override";
    private static final String VARIABLE = "MESH_OVERRIDE";
    private static final int NAMED = 20;
    private static final Access OPEN = new Access(List.of(), null, null);

    /** @throws IllegalArgumentException if the URL is no base URL of a server */
    public static ServiceOverride of(String service, String url) {
        HttpUrl parsed = HttpUrl.parse(url);
        if (service.isBlank()
                || parsed == null
                || !parsed.encodedPath().equals("/")
                || parsed.encodedQuery() != null
                || parsed.encodedFragment() != null
                || !parsed.encodedUsername().isEmpty()
                || !parsed.encodedPassword().isEmpty()) {
            throw new IllegalArgumentException(
                    "an override takes the name of a service and a URL without a path, such as"
                            + " orders and http://localhost:8081, not '" + service + "' and '" + url + "'");
        }
        return new ServiceOverride(service, parsed);
    }

    /**
     * The overrides of the system property {@code mesh.override}; without it, of the environment variable {@code MESH_OVERRIDE}.
     *
     * @param own the service of this process, which cannot be overridden: its access policies check inbound requests
     */
    public static List<ServiceOverride> ofEnvironment(String own) {
        String property = System.getProperty(PROPERTY);
        return property != null
                ? listed("system property " + PROPERTY, property, own)
                : listed("environment variable " + VARIABLE, System.getenv(VARIABLE), own);
    }

    /** @param from for messages */
    static List<ServiceOverride> listed(String from, @Nullable String list, String own) {
        if (list == null || list.isBlank()) {
            return List.of();
        }
        Map<String, ServiceOverride> overrides = new LinkedHashMap<>();
        for (String entry : list.split(",", -1)) {
            ServiceOverride override = one(from, entry.strip(), own);
            ServiceOverride earlier = overrides.putIfAbsent(override.service, override);
            if (earlier != null) {
                throw new IllegalArgumentException(
                        from + ": '" + entry.strip() + "' is the second URL of service '" + override.service
                                + "', after " + earlier.url + "; state one, such as orders=http://localhost:8081");
            }
        }
        return List.copyOf(overrides.values());
    }

    private static ServiceOverride one(String from, String entry, String own) {
        String[] parts = entry.split("=", 2);
        if (parts.length < 2 || parts[0].isBlank() || parts[0].strip().equals(own)) {
            throw new IllegalArgumentException(from + ": '" + entry + "' must be a service and its URL, such as "
                    + "orders=http://localhost:8081"
                    + (parts[0].strip().equals(own) ? ", and not the service of this process" : ""));
        }
        try {
            return of(parts[0].strip(), parts[1].strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(from + ": " + e.getMessage(), e);
        }
    }

    /** The document with this override. A document that refuses or lacks the service gets one with the host of its name. */
    public PolicyDocument in(PolicyDocument document) throws PolicyException {
        MeshPolicy policy = document.policy();
        Map<String, Service> services = new LinkedHashMap<>();
        // The defaults may state TLS or a token, which a service cannot undo.
        policy.services().forEach((name, s) -> services.put(name, s.over(policy.defaults())));
        Service before = services.get(service);
        services.put(
                service,
                local(before != null ? before : unlisted(document.refused().get(service), policy)));
        Map<String, RefusedService> refused = new LinkedHashMap<>(document.refused());
        refused.remove(service);
        MeshPolicy overridden = policy.toBuilder()
                .defaults(Settings.NONE)
                .services(services)
                .removed(policy.removed().stream()
                        .filter(name -> !name.equals(service))
                        .toList())
                .build();
        return PolicyDocument.of(overridden, document.unknownFields(), refused);
    }

    /**
     * The hosts that calls to this service were expected at, and that another service of the document has; by host, the name of
     * that service. Calls to them are not sent to the URL.
     */
    public Map<String, String> hostsOfOthers(PolicyDocument document) {
        Map<String, String> others = new LinkedHashMap<>();
        if (!document.policy().services().containsKey(service)) {
            hosts(document.refused().get(service)).forEach(host -> {
                String owner = owner(host, document.policy());
                if (owner != null) {
                    others.put(host, owner);
                }
            });
        }
        return others;
    }

    /** The services of a document that neither lists nor refuses this one, at most 20 of them; null: it does either. */
    public @Nullable String servicesInstead(PolicyDocument document) {
        Set<String> services = document.policy().services().keySet();
        if (services.contains(service) || document.refused().containsKey(service)) {
            return null;
        }
        List<String> some = services.stream().sorted().limit(NAMED).toList();
        return some.size() < services.size() ? some + " and " + (services.size() - some.size()) + " more" : some + "";
    }

    private Stream<String> hosts(@Nullable RefusedService refused) {
        return Stream.concat(Stream.of(service), refused == null ? Stream.of() : refused.hosts().stream());
    }

    private static @Nullable String owner(String host, MeshPolicy policy) {
        for (Map.Entry<String, Service> other : policy.services().entrySet()) {
            if (other.getValue().hosts().contains(host)) {
                return other.getKey();
            }
        }
        return null;
    }

    private Service unlisted(@Nullable RefusedService refused, MeshPolicy policy) {
        Set<String> hosts = new LinkedHashSet<>();
        hosts(refused).filter(host -> owner(host, policy) == null).forEach(hosts::add);
        return Service.builder()
                .hosts(List.copyOf(hosts))
                .settings(policy.defaults())
                .build();
    }

    private Service local(Service before) {
        Tls tls = url.isHttps()
                ? Tls.builder()
                        .mode(Tls.Mode.SIMPLE)
                        .subjectAltNames(List.of(url.host()))
                        .build()
                : Tls.of(Tls.Mode.DISABLE);
        boolean h2c = before.appProtocol() == AppProtocol.H2C && !url.isHttps();
        return before.toBuilder()
                .appProtocol(h2c ? AppProtocol.H2C : url.isHttps() ? AppProtocol.HTTPS : AppProtocol.HTTP)
                .resolution(Resolution.STATIC)
                .endpoints(List.of(
                        Endpoint.builder().address(url.host()).port(url.port()).build()))
                .subsets(before.subsets().stream()
                        .map(s -> new Subset(s.name(), Map.of(), local(s.settings(), tls, Access.NONE)))
                        .toList())
                .rules(before.rules().stream().map(this::local).toList())
                .settings(local(before.settings(), tls, OPEN))
                .build();
    }

    private static Settings local(Settings before, Tls tls, Access access) {
        BackendSettings backend = before.backend().toBuilder()
                .tls(tls)
                .serviceAccount(null)
                .localityLbSetting(null)
                .access(access)
                .build();
        return new Settings(before.route(), backend);
    }

    private Rule local(Rule before) {
        return before.toBuilder()
                .backendRefs(before.backendRefs().stream()
                        .map(ref -> ref.name().equals(service) ? ref : new BackendRef(service, null, ref.weight()))
                        .toList())
                .build();
    }

    @Override
    public String toString() {
        return service + ", " + url;
    }
}
