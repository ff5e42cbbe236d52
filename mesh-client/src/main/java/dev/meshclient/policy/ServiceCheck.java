package dev.meshclient.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks services: their hosts, endpoints and subsets. */
final class ServiceCheck {
    private static final int MAX_HOSTS = 256;
    private static final int MAX_ENDPOINTS = 100_000;
    private static final int MAX_RULES = 256;
    private static final int MAX_WEIGHT = 1_000_000;
    private static final String HAS_ENDPOINTS = "where the mesh has endpoints, with resolution STATIC or DNS";
    private static final String NO_ENDPOINTS =
            "nothing: with resolution NONE the endpoint is the request's own host and port";

    private final MeshPolicy policy;
    private final @Nullable Tls defaultTls;
    private final ServiceAccounts accounts;
    // Thousands of endpoints share a few accounts.
    private final Set<String> legalAccounts = new HashSet<>();
    private Map<String, String> legalLabels = Map.of();

    ServiceCheck(MeshPolicy policy, ServiceAccounts accounts) {
        this.policy = policy;
        this.defaultTls = policy.defaults().backend().tls();
        this.accounts = accounts;
    }

    void check(Place place, String name, Service service) {
        Place hosts = place.field("hosts");
        hosts.items(service.hosts(), 0, MAX_HOSTS); // a service without hosts is reached by rules alone
        for (int i = 0; i < service.hosts().size(); i++) {
            host(hosts, i, service);
        }
        endpoints(place.field("endpoints"), service.endpoints());
        subsets(place.field("subsets"), service.subsets());
        place.field("rules").items(service.rules(), 0, MAX_RULES);
        for (int i = 0; i < service.rules().size(); i++) {
            RuleCheck.check(place.field("rules").item(i), service.rules().get(i));
        }
        SettingsCheck.check(place, service.settings(), policy.jwtProviders());
        BackendSettings settings = service.settings().backend();
        account(place, settings.serviceAccount());
        if (service.resolution() == Resolution.NONE) {
            hasNoEndpoints(place, service, settings);
        } else if (settings.serviceAccount() == null && accounts.byDefault(name) == null) {
            provesItself(place, service, settings);
        }
    }

    // ---- hosts

    private static void host(Place hosts, int at, Service service) {
        String host = service.hosts().get(at);
        String fault = fault(host, service);
        if (fault != null) {
            hosts.item(at).wrong(host, fault);
        }
    }

    private static @Nullable String fault(String host, Service service) {
        if (!Hosts.isHost(host)) {
            return "a DNS name or an IP address (IPv6 in brackets), either with or without \":port\"; \"*.\" and a DNS name; or,"
                    + " with resolution NONE, \"*\"";
        }
        if (host.equals("*") && service.resolution() != Resolution.NONE) {
            return "\"*\" only with resolution NONE: one service cannot list the endpoints of every host";
        }
        // Without endpoints the hosts are resolved.
        return service.resolution() == Resolution.DNS && service.endpoints().isEmpty() && host.startsWith("*.")
                ? "a name to look up, as resolution is DNS and no endpoints are listed"
                : null;
    }

    static boolean isLegal(String host, Service service) {
        return fault(host, service) == null;
    }

    /** The legal hosts of a refused service. */
    static List<String> legalHosts(@Nullable Service service) {
        return service == null
                ? List.of()
                : service.hosts().stream()
                        .filter(host -> isLegal(host, service))
                        .toList();
    }

    // ---- endpoints

    private void endpoints(Place place, List<Endpoint> endpoints) {
        if (!place.items(endpoints, 0, MAX_ENDPOINTS)) {
            return;
        }
        SameEndpoints same = new SameEndpoints(endpoints);
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint e = endpoints.get(i);
            boolean stated = Hosts.isAddress(e.address()) && e.port() >= 1 && e.port() <= 65_535;
            if (!stated || !isLegal(e)) {
                endpoint(place.item(i), e);
            }
            if (stated && same.hasEarlier(i)) {
                place.item(i).wrong(e, "each cluster, address and port once in a service");
            }
        }
    }

    /**
     * A fast check first: in a large policy nearly all are legal, and a place for each of their fields would cost more than
     * reading it.
     */
    private boolean isLegal(Endpoint e) {
        return e.weight() >= 0
                && e.weight() <= MAX_WEIGHT
                && (e.cluster() == null
                        || (!e.cluster().isEmpty() && e.cluster().length() <= Place.MAX_NAME))
                && areLabels(e.labels())
                && isLegal(e.locality())
                && (e.serviceAccount() == null || isAccount(e.serviceAccount()));
    }

    private boolean isAccount(String account) {
        if (legalAccounts.contains(account)) {
            return true;
        }
        boolean legal = accounts.fault(account) == null;
        if (legal) {
            legalAccounts.add(account);
        }
        return legal;
    }

    @SuppressWarnings("ReferenceEquality") // the reader shares equal values: most are the same object as the last
    private boolean areLabels(Map<String, String> labels) {
        if (labels != legalLabels) {
            for (String value : labels.values()) {
                if (value.length() > 1024) {
                    return false;
                }
            }
            legalLabels = labels;
        }
        return true;
    }

    private static boolean isLegal(Locality l) {
        return l.equals(Locality.NONE)
                || (!l.region().isEmpty()
                        && (l.subzone().isEmpty() || !l.zone().isEmpty())
                        && l.region().length() + l.zone().length() + l.subzone().length() <= 1022
                        && l.region().indexOf('/') < 0
                        && l.zone().indexOf('/') < 0
                        && l.subzone().indexOf('/') < 0);
    }

    private void endpoint(Place place, Endpoint e) {
        if (!Hosts.isAddress(e.address())) {
            place.field("address").wrong(e.address(), "an IP address or a DNS name, without scheme, port or brackets");
        }
        place.field("port").integer(e.port(), 1, 65_535);
        if (!isLegal(e.locality())) {
            place.field("locality").wrong(e.locality(), "region, region/zone or region/zone/subzone");
        }
        place.field("cluster").name(e.cluster());
        place.field("weight").integer(e.weight(), 0, MAX_WEIGHT);
        e.labels().forEach((key, value) -> place.field("labels").field(key).text(value, 0, 1024));
        account(place, e.serviceAccount());
    }

    private void account(Place place, @Nullable String account) {
        String fault = account == null ? null : accounts.fault(account);
        if (fault != null) {
            place.field("serviceAccount").wrong(account, fault);
        }
    }

    private void subsets(Place place, List<Subset> subsets) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < subsets.size(); i++) {
            Subset subset = subsets.get(i);
            Place at = place.item(i);
            if (at.field("name").name(subset.name()) && !names.add(subset.name())) {
                at.field("name").wrong(subset.name(), "each name once among the subsets of a service");
            }
            subset.labels()
                    .forEach((key, value) -> at.field("labels").field(key).text(value, 0, 1024));
            BackendSettings settings = subset.settings().backend();
            AccessCheck.hasNoBoundary(at, settings.access(), "on the service, or in defaults");
            SettingsCheck.check(at, subset.settings(), policy.jwtProviders());
            account(at, settings.serviceAccount());
        }
    }

    // ---- checks across the parts of a service

    /**
     * Refuses settings that have no effect without endpoints: there is no choice, and the caller's own connections are used.
     */
    private void hasNoEndpoints(Place place, Service service, BackendSettings settings) {
        if (!service.endpoints().isEmpty()) {
            place.field("endpoints").wrong(service.endpoints(), NO_ENDPOINTS);
        }
        if (!service.subsets().isEmpty()) {
            place.field("subsets").wrong(service.subsets(), NO_ENDPOINTS);
        }
        place.misplaced("loadBalancer", settings.loadBalancer(), HAS_ENDPOINTS);
        place.misplaced("trafficDistribution", settings.trafficDistribution(), HAS_ENDPOINTS);
        place.misplaced(
                "outlierDetection",
                settings.outlierDetection().equals(OutlierDetection.NONE) ? null : settings.outlierDetection(),
                HAS_ENDPOINTS);
        place.misplaced("failoverMode", settings.failoverMode(), HAS_ENDPOINTS);
        place.misplaced("localityLbSetting", settings.localityLbSetting(), HAS_ENDPOINTS);
        place.misplaced("serviceAccount", settings.serviceAccount(), HAS_ENDPOINTS);
        if (service.appProtocol() == AppProtocol.H2C) {
            place.field("appProtocol")
                    .wrong(
                            service.appProtocol().word(),
                            "http, https; the caller's own client chooses between HTTP/1.1 and HTTP/2 with resolution NONE");
        }
        tlsOfCaller(place.field("tls"), settings.tls());
    }

    private void tlsOfCaller(Place place, @Nullable Tls tls) {
        if (tls == null) {
            if (defaultTls != null && needsEndpoints(defaultTls)) {
                place.wrongIn(
                        "not stated",
                        "tls of its own, DISABLE or SIMPLE, since that of defaults (" + defaultTls.mode()
                                + (needsOwnSockets(defaultTls.mode()) ? "" : " with more than a mode")
                                + ") has no effect where the mesh has no endpoints, with resolution NONE");
            }
            return;
        }
        place.misplaced("sni", tls.sni(), HAS_ENDPOINTS);
        place.misplaced(
                "subjectAltNames", tls.subjectAltNames().isEmpty() ? null : tls.subjectAltNames(), HAS_ENDPOINTS);
        place.misplaced("caCertificates", tls.caCertificates(), HAS_ENDPOINTS);
        place.misplaced("credentialName", tls.credentialName(), HAS_ENDPOINTS);
        if (needsOwnSockets(tls.mode())) {
            place.field("mode").wrong(tls.mode().name(), "DISABLE, SIMPLE; MUTUAL and MESH_MUTUAL " + HAS_ENDPOINTS);
        }
    }

    /** Otherwise the caller's own connections would do less than the policy states. */
    private static boolean needsEndpoints(Tls tls) {
        return !tls.equals(Tls.of(tls.mode())) || needsOwnSockets(tls.mode());
    }

    private static boolean needsOwnSockets(Tls.Mode mode) {
        return mode == Tls.Mode.MUTUAL || mode == Tls.Mode.MESH_MUTUAL;
    }

    /** With MESH_MUTUAL the expected identity must be known: "any peer of the mesh" is never intended. */
    private void provesItself(Place place, Service service, BackendSettings settings) {
        Tls whole = settings.tls() != null ? settings.tls() : defaultTls;
        boolean anonymous = Stream.concat(
                        Stream.of(settings),
                        service.subsets().stream().map(s -> s.settings().backend()))
                .anyMatch(s -> isAnonymous(s.tls() != null ? s.tls() : whole, s, service.endpoints()));
        if (anonymous) {
            place.field("serviceAccount")
                    .wrongIn(
                            "not stated",
                            "a SPIFFE ID, since MESH_MUTUAL verifies the identity of endpoints; or trustDomain in the document,"
                                    + " serviceAccount in defaults or at each endpoint, or tls.subjectAltNames");
        }
    }

    private static boolean isAnonymous(@Nullable Tls tls, BackendSettings settings, List<Endpoint> endpoints) {
        boolean mesh = tls != null && tls.mode() == Tls.Mode.MESH_MUTUAL;
        boolean named = settings.serviceAccount() != null
                || (tls != null && mesh && !tls.subjectAltNames().isEmpty());
        return !named
                && (endpoints.isEmpty()
                        ? mesh
                        : endpoints.stream()
                                .anyMatch(e -> e.serviceAccount() == null
                                        && (e.tlsMode() == null ? mesh : e.tlsMode() == Endpoint.TlsMode.MESH)));
    }
}
