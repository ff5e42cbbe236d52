package dev.meshclient.policy;

import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** Checks authorization policies, token authentication and credentials. */
final class AccessCheck {
    private static final int MAX_POLICIES = 64;
    private static final int MAX_RULES = 512;
    private static final int MAX_ITEMS = 64;
    private static final int MAX_VALUES = 256;
    private static final int MAX_VALUE = 1024;
    private static final int MAX_PROVIDERS = 16;
    private static final int MAPPED_PREFIX = 96; // an IPv4 address in IPv6 notation: ::ffff:0:0/96

    /** Exact, prefix, suffix or presence: one star, at the beginning or at the end. */
    static final Pattern WILD = Pattern.compile("\\*?[^*]+|[^*]+\\*|\\*");

    static final Pattern ACCOUNT = Pattern.compile("[^/*]+/[^/*]+");
    // A lookahead, checked first: a group that repeats for each character would need too much stack for long paths.
    private static final String END = "(?![\\s\\S])";
    private static final String TEMPLATE = "(?![\\s\\S]*([^/]\\{|[^{*]\\*|[^*]\\}|\\{(?!\\*\\}(/|" + END
            + ")|\\*\\*\\}(/[^*{}]*)?" + END + ")))/[^?#]*";
    static final Pattern PATHS =
            Pattern.compile(RuleCheck.WHOLE_ESCAPES + "(\\*?[^*{}?#]+|[^*{}?#]+\\*|\\*|" + TEMPLATE + ")");
    static final Pattern BLOCK = Pattern.compile(
            "((" + Hosts.IPV4 + ")(/(3[0-2]|[12]?[0-9]))?|(" + Hosts.IPV6 + ")(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)");
    static final Pattern PORTS = Pattern.compile(Hosts.PORT);
    static final Pattern KEY = Pattern.compile(
            "request\\.headers\\[(:method|:authority|[!#$%&'*+.^_`|~0-9A-Za-z-]+)\\]|request\\.auth\\.(principal|audiences|presenter)"
                    + "|request\\.auth\\.claims(?![\\s\\S]*(\\[([^\\[\\]]*\\[|\\])|\\][^\\[]))\\[[\\s\\S]*\\]"
                    + "|source\\.(ip|namespace|principal|trustDomain|zone|serviceAccount)"
                    + "|remote\\.ip|destination\\.(ip|port)|connection\\.sni");
    private static final String KEYS = "request.headers[NAME], request.auth.principal, request.auth.audiences,"
            + " request.auth.presenter, request.auth.claims[NAME], source.ip, source.namespace, source.principal,"
            + " source.serviceAccount, source.trustDomain, source.zone, remote.ip, destination.ip, destination.port, connection.sni";
    private static final String WILD_EXPECTED =
            "a text of up to " + MAX_VALUE + " characters, with * at its end, at its beginning or alone for any";

    private AccessCheck() {}

    static void check(Place place, Access access, Map<String, JwtProvider> providers) {
        if (access.authorization() != null) {
            authorization(place.field("authorization"), access.authorization());
        }
        if (access.requestAuthentication() != null) {
            providers(
                    place.field("requestAuthentication"),
                    access.requestAuthentication().providers(),
                    providers);
        }
        if (access.credentials() != null) {
            place.field("credentials")
                    .field("token")
                    .requiredName(access.credentials().token());
        }
    }

    /** Authorization belongs to a service: its subsets state none. */
    static void hasNoBoundary(Place place, Access access, String where) {
        place.misplaced("authorization", access.authorization(), where);
        place.misplaced("requestAuthentication", access.requestAuthentication(), where);
    }

    /** The providers of a service are in force, and those of a policy made in code may be others than the policy has by their names. */
    private static void providers(Place place, Map<String, JwtProvider> stated, Map<String, JwtProvider> known) {
        List<String> names = List.copyOf(stated.keySet());
        if (names.isEmpty()) {
            place.wrong(null, "provider, a name of jwtProviders");
        } else if (names.size() > 1) {
            place.field("providers").items(names, 1, MAX_PROVIDERS);
        }
        for (int i = 0; i < names.size(); i++) {
            Place at = names.size() == 1
                    ? place.field("provider")
                    : place.field("providers").item(i);
            String name = names.get(i);
            JwtProvider provider = stated.get(name);
            if (!at.name(name)) {
                continue;
            }
            if (!known.containsKey(name)) {
                at.wrong(
                        name,
                        "a name of jwtProviders"
                                + (known.isEmpty() ? ", which has none" : ": " + String.join(", ", known.keySet())));
            } else if (provider != null && !provider.equals(known.get(name))) {
                JwtProviderCheck.check(at, provider);
            }
        }
    }

    private static void authorization(Place place, List<AuthorizationPolicy> policies) {
        Set<String> names = new HashSet<>();
        place.each(policies, 0, MAX_POLICIES, (at, policy) -> {
            at.field("action").requiredWord(policy.action(), AuthorizationPolicy.Action.values(), Enum::name);
            at.field("name").nameOnce(policy.name(), names, "the authorization policies of a service");
            at.field("rules").each(policy.rules(), 0, MAX_RULES, AccessCheck::rule);
        });
    }

    private static void rule(Place place, Rule rule) {
        place.field("from").each(rule.from(), 0, MAX_ITEMS, (at, from) -> source(at.field("source"), from));
        place.field("to").each(rule.to(), 0, MAX_ITEMS, (at, to) -> operation(at.field("operation"), to));
        place.field("when").each(rule.when(), 0, MAX_ITEMS, AccessCheck::condition);
    }

    private static void source(Place place, Source source) {
        values(place, "principals", source.principals(), AccessCheck::wild);
        values(place, "requestPrincipals", source.requestPrincipals(), AccessCheck::wild);
        values(place, "namespaces", source.namespaces(), AccessCheck::wild);
        values(place, "serviceAccounts", source.serviceAccounts(), AccessCheck::account);
        values(place, "trustDomains", source.trustDomains(), AccessCheck::wild);
        values(place, "ipBlocks", source.ipBlocks(), AccessCheck::block);
        values(place, "remoteIpBlocks", source.remoteIpBlocks(), AccessCheck::block);
        saysSomething(place, source.equals(Source.builder().build()));
    }

    private static void operation(Place place, Operation operation) {
        values(place, "hosts", operation.hosts(), AccessCheck::wild);
        values(place, "ports", operation.ports(), AccessCheck::port);
        values(place, "methods", operation.methods(), AccessCheck::wild);
        values(place, "paths", operation.paths(), AccessCheck::path);
        saysSomething(place, operation.equals(new Operation(Values.NONE, Values.NONE, Values.NONE, Values.NONE)));
    }

    private static void saysSomething(Place place, boolean nothing) {
        if (nothing) {
            place.wrong(null, "an object with at least one field; leave it out if it does not matter");
        }
    }

    private static void condition(Place place, Condition condition) {
        String key = condition.key();
        place.field("key").requiredText(key, MAX_VALUE, KEY, KEYS);
        values(
                place,
                "values",
                condition.values(),
                switch (Objects.requireNonNullElse(key, "")) {
                    case "source.ip", "remote.ip", "destination.ip" -> AccessCheck::block;
                    case "destination.port" -> AccessCheck::port;
                    case "source.serviceAccount" -> AccessCheck::account;
                    default -> AccessCheck::wild;
                });
        if (condition.values().isEmpty()) {
            place.field("values").wrong(null, "values or notValues");
        }
    }

    /** Checks the values of a field and those of its negation. */
    private static void values(Place place, String name, Values values, BiConsumer<Place, String> check) {
        String not = "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        place.field(name).each(values.values(), 0, MAX_VALUES, check);
        place.field(not).each(values.notValues(), 0, MAX_VALUES, check);
    }

    private static void wild(Place place, String text) {
        place.text(text, MAX_VALUE, WILD, WILD_EXPECTED);
    }

    private static void account(Place place, String text) {
        place.text(text, MAX_VALUE, ACCOUNT, "namespace/account: a document has no namespace of its own, and no *");
    }

    private static void path(Place place, String text) {
        place.text(
                text,
                MAX_VALUE,
                PATHS,
                "a path with * at its end, at its beginning or alone for any; or with the elements {*} for one element and"
                        + " at last {**} for any number; percent-encoded as it is sent, without a query");
    }

    private static void port(Place place, String text) {
        place.text(text, 5, PORTS, "a port as a string: \"1\" to \"65535\"");
    }

    private static void block(Place place, String block) {
        if (!place.text(
                block, MAX_VALUE, BLOCK, "an IP address, or one with the length of a prefix: 10.0.0.0/8, fd00::/8")) {
            return;
        }
        int slash = block.indexOf('/');
        if (slash >= 0
                && block.indexOf(':') >= 0
                && Integer.parseInt(block.substring(slash + 1)) < MAPPED_PREFIX
                && isIpv4(block.substring(0, slash))) {
            place.wrong(block, "an IPv4 prefix as 10.0.0.0/8, or with a length of 96 to 128 after ::ffff:");
        }
    }

    /** Whether an address that matches {@link #BLOCK} is IPv4; looks up no name, since the pattern excludes names. */
    private static boolean isIpv4(String address) {
        try {
            return InetAddress.getByName(address) instanceof Inet4Address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e); // impossible after the pattern has matched
        }
    }
}
