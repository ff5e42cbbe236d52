package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compiles rules: {@code from}, {@code to} and {@code when} must all match; one entry of a list must match; all fields of an
 * entry must match.
 */
final class Rules {
    private static final String HEADER = "request.headers[";
    private static final String CLAIM = "request.auth.claims[";

    private Rules() {}

    static Term term(Rule rule) {
        List<Term> all = new ArrayList<>();
        if (!rule.from().isEmpty()) {
            all.add(Term.any(rule.from().stream().map(Rules::source).toList()));
        }
        if (!rule.to().isEmpty()) {
            all.add(Term.any(rule.to().stream().map(Rules::operation).toList()));
        }
        rule.when().forEach(condition -> both(all, condition.values(), matcher(condition)));
        return Term.all(all);
    }

    static boolean asksForPaths(AuthorizationPolicy policy) {
        return policy.rules().stream()
                .flatMap(rule -> rule.to().stream())
                .anyMatch(operation -> !operation.paths().isEmpty());
    }

    private static Term source(Source source) {
        List<Term> all = new ArrayList<>();
        both(all, source.principals(), PeerTerm::whole);
        both(all, source.requestPrincipals(), TokenTerm::subject);
        both(all, source.namespaces(), PeerTerm::namespace);
        both(all, source.serviceAccounts(), PeerTerm::account);
        both(all, source.trustDomains(), PeerTerm::trustDomain);
        both(all, source.ipBlocks(), v -> new AddressTerm(Attribute.SOURCE_IP, v));
        both(all, source.remoteIpBlocks(), v -> new AddressTerm(Attribute.REMOTE_IP, v));
        return Term.all(all);
    }

    private static Term operation(Operation operation) {
        List<Term> all = new ArrayList<>();
        both(all, operation.hosts(), TextTerm::host);
        both(all, operation.ports(), v -> TextTerm.of(Attribute.PORT, v));
        both(all, operation.methods(), v -> TextTerm.of(Attribute.METHOD, v));
        both(all, operation.paths(), PathTerm::new);
        return Term.all(all);
    }

    private static Function<List<String>, Term> matcher(Condition condition) {
        String key = condition.key();
        return switch (key) {
            case "source.ip" -> v -> new AddressTerm(Attribute.SOURCE_IP, v);
            case "remote.ip" -> v -> new AddressTerm(Attribute.REMOTE_IP, v);
            case "destination.ip" -> v -> new AddressTerm(Attribute.DESTINATION_IP, v);
            case "destination.port" -> v -> TextTerm.of(Attribute.PORT, v);
            case "connection.sni" -> TextTerm::serverName;
            case "source.zone" -> v -> TextTerm.of(Attribute.SOURCE_ZONE, v);
            case "source.namespace" -> PeerTerm::namespace;
            case "source.serviceAccount" -> PeerTerm::account;
            case "source.principal" -> PeerTerm::whole;
            case "source.trustDomain" -> PeerTerm::trustDomain;
            case "request.auth.principal" -> TokenTerm::subject;
            case "request.auth.audiences" -> v -> TokenTerm.claim(List.of("aud"), v);
            case "request.auth.presenter" -> v -> TokenTerm.claim(List.of("azp"), v);
            case "request.headers[:method]" -> v -> TextTerm.of(Attribute.METHOD, v);
            case "request.headers[:authority]" -> TextTerm::host;
            default -> key.startsWith(HEADER) ? header(key) : claim(key);
        };
    }

    private static Function<List<String>, Term> header(String key) {
        String name = key.substring(HEADER.length(), key.length() - 1);
        return name.equalsIgnoreCase("host") ? TextTerm::host : v -> new HeaderTerm(name, v);
    }

    private static Function<List<String>, Term> claim(String key) {
        if (!key.startsWith(CLAIM)) {
            throw new IllegalArgumentException("no such key: " + key);
        }
        List<String> path =
                List.of(key.substring(CLAIM.length(), key.length() - 1).split("]\\[", -1));
        return v -> TokenTerm.claim(path, v);
    }

    private static void both(List<Term> all, Values values, Function<List<String>, Term> term) {
        if (!values.values().isEmpty()) {
            all.add(term.apply(values.values()));
        }
        if (!values.notValues().isEmpty()) {
            all.add(Term.not(term.apply(values.notValues())));
        }
    }
}
