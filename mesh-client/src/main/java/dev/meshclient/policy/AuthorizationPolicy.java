package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what. The words, their order and what they match are those of Istio's AuthorizationPolicy.
 *
 * @param name for people; null: its place
 * @param action what is done with a request that a rule matches
 * @param shadow it is evaluated and told, and decides nothing; default false
 * @param rules any of them; none: it matches nothing, so an ALLOW of none allows nobody
 */
public record AuthorizationPolicy(@Nullable String name, Action action, boolean shadow, List<Rule> rules) {
    public AuthorizationPolicy {
        rules = List.copyOf(rules);
    }

    /** The words are Istio's. */
    public enum Action {
        /** Once there is one, only what one of them matches is allowed. */
        ALLOW,
        /** Whatever it matches is denied, before any ALLOW is looked at. */
        DENY,
        /** What it matches is told, and not decided. */
        AUDIT
    }

    /**
     * All of it must hold.
     *
     * @param from any of them; empty: whoever asks
     * @param to any of them; empty: whatever is asked for
     * @param when all of them
     */
    public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {
        /** Everything. */
        public static final Rule ANY = new Rule(List.of(), List.of(), List.of());

        public Rule {
            from = List.copyOf(from);
            to = List.copyOf(to);
            when = List.copyOf(when);
        }
    }

    /**
     * One value must be among the first, if there are any, and none among the second. {@code abc}, {@code abc*}, {@code *abc},
     * and {@code *} for whatever is there.
     */
    public record Values(List<String> values, List<String> notValues) {
        /** Nothing is stated. */
        public static final Values NONE = new Values(List.of(), List.of());

        public Values {
            values = List.copyOf(values);
            notValues = List.copyOf(notValues);
        }

        public boolean isEmpty() {
            return values.isEmpty() && notValues.isEmpty();
        }
    }

    /**
     * Who asks: all that is stated must hold.
     *
     * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
     *
     * @param principals SPIFFE IDs of the peer, with or without {@code spiffe://}
     * @param requestPrincipals {@code issuer/subject} of the token
     * @param namespaces of the peer's SPIFFE ID, {@code /ns/NAMESPACE/}
     * @param serviceAccounts of the peer's SPIFFE ID, as {@code namespace/account}, exact
     * @param trustDomains of the peer's SPIFFE ID
     * @param ipBlocks addresses of the peer, or prefixes of them
     * @param remoteIpBlocks addresses of the client, as a trusted proxy tells them
     */
    public record Source(
            Values principals,
            Values requestPrincipals,
            Values namespaces,
            Values serviceAccounts,
            Values trustDomains,
            Values ipBlocks,
            Values remoteIpBlocks) {

        /** Begins with nothing stated. */
        public static Builder builder() {
            return new Builder();
        }

        /** Begins with what is stated here. */
        public Builder toBuilder() {
            Builder builder = new Builder();
            builder.principals = principals;
            builder.requestPrincipals = requestPrincipals;
            builder.namespaces = namespaces;
            builder.serviceAccounts = serviceAccounts;
            builder.trustDomains = trustDomains;
            builder.ipBlocks = ipBlocks;
            builder.remoteIpBlocks = remoteIpBlocks;
            return builder;
        }

        /** Makes a {@link Source}. The words are those of the document; what they mean stands at the components. */
        public static final class Builder {
            private Values principals = Values.NONE;
            private Values requestPrincipals = Values.NONE;
            private Values namespaces = Values.NONE;
            private Values serviceAccounts = Values.NONE;
            private Values trustDomains = Values.NONE;
            private Values ipBlocks = Values.NONE;
            private Values remoteIpBlocks = Values.NONE;

            private Builder() {}

            public Builder principals(Values principals) {
                this.principals = principals;
                return this;
            }

            public Builder requestPrincipals(Values requestPrincipals) {
                this.requestPrincipals = requestPrincipals;
                return this;
            }

            public Builder namespaces(Values namespaces) {
                this.namespaces = namespaces;
                return this;
            }

            public Builder serviceAccounts(Values serviceAccounts) {
                this.serviceAccounts = serviceAccounts;
                return this;
            }

            public Builder trustDomains(Values trustDomains) {
                this.trustDomains = trustDomains;
                return this;
            }

            public Builder ipBlocks(Values ipBlocks) {
                this.ipBlocks = ipBlocks;
                return this;
            }

            public Builder remoteIpBlocks(Values remoteIpBlocks) {
                this.remoteIpBlocks = remoteIpBlocks;
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
     * What is asked for: all that is stated must hold.
     *
     * @param hosts of the request, with or without its port, in any case
     * @param ports at which it came in
     * @param methods of the request
     * @param paths of the request, without the query; <code>{*}</code> and <code>{**}</code> stand for one and for any elements
     */
    public record Operation(Values hosts, Values ports, Values methods, Values paths) {}

    /**
     * A condition on something else.
     *
     * @param key as {@code request.headers[x-user]} or {@code request.auth.claims[scope]}
     */
    public record Condition(String key, Values values) {}
}
