package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may send which requests. The names, their order and the matching are those of Istio's AuthorizationPolicy.
 *
 * @param name for messages; null: its position
 * @param action what happens to a request that a rule matches
 * @param shadow the policy is evaluated and reported but decides nothing; default false
 * @param rules one of them must match; an empty list matches nothing, so an ALLOW without rules allows no request
 */
public record AuthorizationPolicy(@Nullable String name, Action action, boolean shadow, List<Rule> rules) {
    public AuthorizationPolicy {
        rules = Required.list(rules, "rules");
    }

    /** The names are Istio's. */
    public enum Action {
        /** Once a service has an ALLOW policy, only requests that one of them matches are allowed. */
        ALLOW,
        /** A request that matches is denied, before any ALLOW is evaluated. */
        DENY,
        /** A request that matches is reported; the policy decides nothing. */
        AUDIT
    }

    /**
     * A rule: its three parts must all match.
     *
     * @param from one of them must match; empty: any sender
     * @param to one of them must match; empty: any request
     * @param when all of them must match
     */
    public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {
        /** Matches every request. */
        public static final Rule ANY = new Rule(List.of(), List.of(), List.of());

        public Rule {
            from = Required.list(from, "from");
            to = Required.list(to, "to");
            when = Required.list(when, "when");
        }
    }

    /**
     * One of {@code values} must match, if there are any, and none of {@code notValues}. A value is exact {@code abc}, a prefix
     * {@code abc*}, a suffix {@code *abc}, or {@code *} for any value that is present.
     */
    public record Values(List<String> values, List<String> notValues) {
        /** Nothing is stated. */
        public static final Values NONE = new Values(List.of(), List.of());

        public Values {
            values = Required.list(values, "values");
            notValues = Required.list(notValues, "notValues");
        }

        public boolean isEmpty() {
            return values.isEmpty() && notValues.isEmpty();
        }
    }

    /**
     * The sender of a request: all stated fields must match.
     *
     * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
     *
     * @param principals SPIFFE IDs of the peer, with or without {@code spiffe://}
     * @param requestPrincipals {@code issuer/subject} of the token
     * @param namespaces of the peer's SPIFFE ID, {@code /ns/NAMESPACE/}
     * @param serviceAccounts of the peer's SPIFFE ID, as {@code namespace/account}, exact
     * @param trustDomains of the peer's SPIFFE ID
     * @param ipBlocks addresses of the peer, or prefixes of them
     * @param remoteIpBlocks addresses of the client, as a trusted proxy reports them
     */
    public record Source(
            Values principals,
            Values requestPrincipals,
            Values namespaces,
            Values serviceAccounts,
            Values trustDomains,
            Values ipBlocks,
            Values remoteIpBlocks) {
        public Source {
            Required.value(principals, "principals", "Values.NONE for none");
            Required.value(requestPrincipals, "requestPrincipals", "Values.NONE for none");
            Required.value(namespaces, "namespaces", "Values.NONE for none");
            Required.value(serviceAccounts, "serviceAccounts", "Values.NONE for none");
            Required.value(trustDomains, "trustDomains", "Values.NONE for none");
            Required.value(ipBlocks, "ipBlocks", "Values.NONE for none");
            Required.value(remoteIpBlocks, "remoteIpBlocks", "Values.NONE for none");
        }

        /** Starts an empty builder. */
        public static Builder builder() {
            return new Source(Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE, Values.NONE)
                    .toBuilder();
        }

        /** Starts a builder with these values. */
        public Builder toBuilder() {
            return new Builder();
        }

        /** Builds a {@link Source}. Fields have the names of the document; the components describe their meaning. */
        public final class Builder {
            private Values principals = Source.this.principals;
            private Values requestPrincipals = Source.this.requestPrincipals;
            private Values namespaces = Source.this.namespaces;
            private Values serviceAccounts = Source.this.serviceAccounts;
            private Values trustDomains = Source.this.trustDomains;
            private Values ipBlocks = Source.this.ipBlocks;
            private Values remoteIpBlocks = Source.this.remoteIpBlocks;

            private Builder() {}

            public Builder principals(Values principals) {
                this.principals = Required.value(principals, "principals", "Values.NONE for none");
                return this;
            }

            public Builder requestPrincipals(Values requestPrincipals) {
                this.requestPrincipals = Required.value(requestPrincipals, "requestPrincipals", "Values.NONE for none");
                return this;
            }

            public Builder namespaces(Values namespaces) {
                this.namespaces = Required.value(namespaces, "namespaces", "Values.NONE for none");
                return this;
            }

            public Builder serviceAccounts(Values serviceAccounts) {
                this.serviceAccounts = Required.value(serviceAccounts, "serviceAccounts", "Values.NONE for none");
                return this;
            }

            public Builder trustDomains(Values trustDomains) {
                this.trustDomains = Required.value(trustDomains, "trustDomains", "Values.NONE for none");
                return this;
            }

            public Builder ipBlocks(Values ipBlocks) {
                this.ipBlocks = Required.value(ipBlocks, "ipBlocks", "Values.NONE for none");
                return this;
            }

            public Builder remoteIpBlocks(Values remoteIpBlocks) {
                this.remoteIpBlocks = Required.value(remoteIpBlocks, "remoteIpBlocks", "Values.NONE for none");
                return this;
            }

            public Source build() {
                return new Source(
                        principals,
                        requestPrincipals,
                        namespaces,
                        serviceAccounts,
                        trustDomains,
                        ipBlocks,
                        remoteIpBlocks);
            }
        }
    }

    /**
     * The request: all stated fields must match.
     *
     * @param hosts hosts of the request, with or without its port, compared without case
     * @param ports ports at which the request arrived
     * @param methods methods of the request
     * @param paths paths of the request, without the query; <code>{*}</code> stands for one element, <code>{**}</code> for any
     *     number
     */
    public record Operation(Values hosts, Values ports, Values methods, Values paths) {
        public Operation {
            Required.value(hosts, "hosts", "Values.NONE for none");
            Required.value(ports, "ports", "Values.NONE for none");
            Required.value(methods, "methods", "Values.NONE for none");
            Required.value(paths, "paths", "Values.NONE for none");
        }
    }

    /**
     * A condition on another attribute.
     *
     * @param key such as {@code request.headers[x-user]} or {@code request.auth.claims[scope]}
     */
    public record Condition(String key, Values values) {
        public Condition {
            Required.value(values, "values", "Values.NONE for none");
        }
    }
}
