package dev.meshclient.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks services: their hosts, endpoints and subsets. */
final class ServiceCheck {
    private static final int MAX_HOSTS = 256;
    private static final int MAX_ENDPOINTS = 100_000;
    private static final int MAX_RULES = 256;
    private static final int MAX_WEIGHT = 1_000_000;
    private static final String HAS_ENDPOINTS = "where the mesh has endpoints, with resolution STATIC or DNS";
    private static final String HOST =
            "a DNS name or an IP address (IPv6 in brackets), either with or without \":port\"; \"*.\" and a DNS name; or,"
                    + " with resolution NONE, \"*\"";
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
        // A service without hosts is reached by rules alone.
        place.field("hosts").each(service.hosts(), 0, MAX_HOSTS, (at, host) -> host(at, host, service));
        endpoints(place.field("endpoints"), service.endpoints());
        Set<String> names = new HashSet<>();
        place.field("subsets").each(service.subsets(), 0, Integer.MAX_VALUE, (at, subset) -> subset(at, subset, names));
        place.field("rules").each(service.rules(), 0, MAX_RULES, RuleCheck::check);
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

    private static void host(Place place, String host, Service service) {
        String fault = fault(host, service);
        if (fault != null) {
            place.wrong(host, fault);
        }
    }

    /** The problem of a host; null: none. */
    static @Nullable String fault(String host, Service service) {
        String fault = Hosts.fault(host, Hosts.MAX_HOST, Hosts.HOST, HOST);
        if (fault != null) {
            return fault;
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

    // ---- endpoints

    private void endpoints(Place place, List<Endpoint> endpoints) {
        if (!place.items(endpoints, 0, MAX_ENDPOINTS)) {
            return;
        }
        SameEndpoints same = new SameEndpoints(endpoints);
        Place trial = Place.trial(); // nearly all are legal, and their places would cost more than the reading
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint e = endpoints.get(i);
            boolean stated = endpoint(trial, e);
            if (trial.failed()) {
                endpoint(place.item(i), e);
            }
            if (stated && same.hasEarlier(i)) {
                place.item(i).wrong(e, "each cluster, address and port once in a service");
            }
        }
    }

    /** Checks an endpoint. @return whether address and port are legal */
    @SuppressWarnings("ReferenceEquality") // the reader shares equal labels: most are the same object as the last
    private boolean endpoint(Place place, Endpoint e) {
        boolean isAddress = Hosts.isAddress(e.address());
        if (!isAddress) { // looks for its fault only then
            place.field("address")
                    .host(
                            e.address(),
                            Hosts.MAX_NAME,
                            Hosts.ADDRESS,
                            "an IP address or a DNS name, without scheme, port or brackets");
        }
        boolean isPort = place.field("port").integer(e.port(), 1, 65_535);
        if (!isLegal(e.locality())) {
            place.field("locality").wrong(e.locality(), "region, region/zone or region/zone/subzone");
        }
        place.field("cluster").name(e.cluster());
        place.field("weight").integer(e.weight(), 0, MAX_WEIGHT);
        if (e.labels() != legalLabels && areLegal(place.field("labels"), e.labels())) {
            legalLabels = e.labels();
        }
        account(place, e.serviceAccount());
        return isAddress && isPort;
    }

    private static boolean areLegal(Place place, Map<String, String> labels) {
        boolean legal = true;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            legal &= place.field(label.getKey()).text(label.getValue(), 0, 1024);
        }
        return legal;
    }

    private static boolean isLegal(Locality l) {
        return (l.subzone().isEmpty() || !l.zone().isEmpty())
                && (l.zone().isEmpty() || !l.region().isEmpty())
                && l.region().length() + l.zone().length() + l.subzone().length() <= 1022
                && l.region().indexOf('/') < 0
                && l.zone().indexOf('/') < 0
                && l.subzone().indexOf('/') < 0;
    }

    private void account(Place place, @Nullable String account) {
        if (account == null || legalAccounts.contains(account)) {
            return;
        }
        String fault = accounts.fault(account);
        if (fault == null) {
            legalAccounts.add(account);
        } else {
            place.field("serviceAccount").wrong(account, fault);
        }
    }

    private void subset(Place place, Subset subset, Set<String> names) {
        place.field("name").stated(subset.name(), "a name");
        place.field("name").nameOnce(subset.name(), names, "the subsets of a service");
        areLegal(place.field("labels"), subset.labels());
        BackendSettings settings = subset.settings().backend();
        AccessCheck.hasNoBoundary(place, settings.access(), "on the service, or in defaults");
        SettingsCheck.check(place, subset.settings(), policy.jwtProviders());
        account(place, settings.serviceAccount());
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
        place.misplaced("hedge", service.settings().route().hedge(), HAS_ENDPOINTS);
        place.misplaced("loadBalancer", settings.loadBalancer(), HAS_ENDPOINTS);
        place.misplaced("trafficDistribution", settings.trafficDistribution(), HAS_ENDPOINTS);
        place.misplaced(
                "outlierDetection",
                settings.outlierDetection().equals(OutlierDetection.NONE) ? null : settings.outlierDetection(),
                HAS_ENDPOINTS);
        Limits limits = settings.limits();
        place.field("limits").misplaced("maxRequestsPerEndpoint", limits.maxRequestsPerEndpoint(), HAS_ENDPOINTS);
        place.field("limits").misplaced("maxConnectionsPerEndpoint", limits.maxConnectionsPerEndpoint(), HAS_ENDPOINTS);
        place.misplaced("healthCheck", settings.healthCheck(), HAS_ENDPOINTS);
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
        boolean anonymous = isAnonymous(whole, settings, service.endpoints());
        for (Subset subset : service.subsets()) {
            BackendSettings own = subset.settings().backend();
            anonymous |= isAnonymous(own.tls() != null ? own.tls() : whole, own, service.endpoints());
        }
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
        if (named || endpoints.isEmpty()) {
            return mesh && !named;
        }
        for (Endpoint e : endpoints) {
            if (e.serviceAccount() == null && (e.tlsMode() == null ? mesh : e.tlsMode() == Endpoint.TlsMode.MESH)) {
                return true;
            }
        }
        return false;
    }
}
