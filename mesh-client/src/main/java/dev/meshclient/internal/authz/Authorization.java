package dev.meshclient.internal.authz;

import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.AuthorizationPolicy.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The authorization policies of one service, compiled. A DENY that matches denies; without an ALLOW everything else is allowed;
 * with an ALLOW only requests that an ALLOW matches are allowed. The answer may be open where an attribute is not known.
 */
public final class Authorization {
    /** Reads the known attributes of a request; null: the request is known to lack the attribute. */
    public interface Facts<T> {
        /** Whether the attribute is known, so that the other methods return its value. */
        boolean knows(Attribute attribute, T request);

        /** The value of PRINCIPAL, HOST, PORT, METHOD, PATH (see {@link #normalPath}), SNI or SOURCE_ZONE. */
        @Nullable
        String text(Attribute attribute, T request);

        /** Whether the header is known, so that {@link #header} returns its value. */
        boolean knowsHeader(String name, T request);

        /** All values of the header, separated by commas. */
        @Nullable
        String header(String name, T request);

        /** The value of SOURCE_IP, REMOTE_IP or DESTINATION_IP. */
        byte @Nullable [] address(Attribute attribute, T request);

        /** The claims of a valid token. */
        @Nullable
        Map<String, Object> claims(T request);
    }

    /** The conclusion from the known attributes. */
    public enum Answer {
        ALLOWED,
        DENIED,
        /** The answer depends on attributes that are not known. */
        OPEN
    }

    /**
     * An answer and its reason.
     *
     * @param policy the policy that decided, or left the answer open; if no ALLOW policy allows the request, all of them,
     *     separated by commas; empty if no policy decided
     * @param rule the rule of the policy, as {@code rules[0]}; empty if no rule decided
     */
    public record Verdict(Answer answer, String policy, String rule) {
        /** For messages: {@code policy 'only-reads', rules[0]}. */
        public String reason() {
            return policy.isEmpty()
                    ? "no policy"
                    : rule.isEmpty()
                            ? "no rule of '" + policy.replace(", ", "', '") + "' allows it"
                            : "policy '" + policy + "', " + rule;
        }
    }

    private static final Verdict NO_ALLOW_NEEDED = new Verdict(Answer.ALLOWED, "", "");

    private record Rule(Term term, Verdict verdict, Verdict open) {}

    private final Rule[] denies;
    private final Rule[] allows;
    private final Rule[] audits;
    private final @Nullable Verdict noneAllows; // null: there is no ALLOW
    private final @Nullable Authorization withShadows;
    private final String askingForPaths;
    private final boolean looksAtPaths;
    private final String text;

    private Authorization(List<AuthorizationPolicy> policies, boolean shadowsCount) {
        List<Rule> deny = new ArrayList<>();
        List<Rule> allow = new ArrayList<>();
        List<Rule> audit = new ArrayList<>();
        List<String> allowing = new ArrayList<>();
        boolean looksAtPaths = false;
        boolean hasShadows = false;
        for (AuthorizationPolicy policy : policies) {
            String name = name(policy, policies);
            looksAtPaths |= Rules.asksForPaths(policy);
            if (policy.shadow() && !shadowsCount) {
                hasShadows = true;
                continue;
            }
            if (policy.action() == Action.ALLOW) {
                allowing.add(name);
            }
            for (int r = 0; r < policy.rules().size(); r++) {
                String rule = "rules[" + r + "]";
                Rule compiled = new Rule(
                        Rules.term(policy.rules().get(r)),
                        new Verdict(policy.action() == Action.DENY ? Answer.DENIED : Answer.ALLOWED, name, rule),
                        new Verdict(Answer.OPEN, name, rule));
                switch (policy.action()) {
                    case DENY -> deny.add(compiled);
                    case ALLOW -> allow.add(compiled);
                    case AUDIT -> audit.add(compiled);
                }
            }
        }
        this.denies = deny.toArray(Rule[]::new);
        this.allows = allow.toArray(Rule[]::new);
        this.audits = audit.toArray(Rule[]::new);
        this.noneAllows = allowing.isEmpty() ? null : new Verdict(Answer.DENIED, String.join(", ", allowing), "");
        this.withShadows = hasShadows ? new Authorization(policies, true) : null;
        this.askingForPaths = askingForPaths(policies);
        this.looksAtPaths = looksAtPaths;
        this.text = text(policies);
    }

    private static String askingForPaths(List<AuthorizationPolicy> policies) {
        List<String> asking = new ArrayList<>();
        for (AuthorizationPolicy policy : policies) {
            if (!policy.shadow() && policy.action() != Action.AUDIT && Rules.asksForPaths(policy)) {
                asking.add(name(policy, policies));
            }
        }
        return String.join(", ", asking);
    }

    private static String text(List<AuthorizationPolicy> policies) {
        List<String> texts = new ArrayList<>();
        for (AuthorizationPolicy policy : policies) {
            texts.add((policy.shadow() ? "shadow " : "") + policy.action() + " " + name(policy, policies));
        }
        return String.join(", ", texts);
    }

    private static String name(AuthorizationPolicy policy, List<AuthorizationPolicy> policies) {
        return policy.name() == null ? "#" + policies.indexOf(policy) : policy.name();
    }

    /** The names of these policies, as verdicts state them. */
    public static Set<String> names(List<AuthorizationPolicy> policies) {
        return policies.stream().map(policy -> name(policy, policies)).collect(Collectors.toUnmodifiableSet());
    }

    /** @param policies the policies of one service, in document order */
    public static Authorization of(List<AuthorizationPolicy> policies) {
        return new Authorization(policies, false);
    }

    /**
     * The path in the form that rules are compared with.
     *
     * @param path as the client sent it
     * @return null if servers interpret it in different ways: <code>%2F</code>, <code>..</code>, <code>//</code> and the like
     */
    public static @Nullable String normalPath(String path) {
        return Paths.normal(path);
    }

    /** Whether a rule that decides depends on the path, so that a request without a {@link #normalPath} cannot be decided. */
    public boolean asksForPaths() {
        return !askingForPaths.isEmpty();
    }

    /** Whether there are shadow policies. */
    public boolean hasShadows() {
        return withShadows != null;
    }

    /** The policies with a rule that decides and depends on the path, separated by commas; empty if there are none. */
    String askingForPaths() {
        return askingForPaths;
    }

    /** Whether any rule depends on the path, shadow policies and AUDIT included. */
    boolean looksAtPaths() {
        return looksAtPaths;
    }

    /** The verdict of the policies that are not shadows. */
    public <T> Verdict decide(Facts<T> facts, T request) {
        Verdict open = null;
        for (Rule rule : denies) {
            Truth truth = rule.term.of(facts, request);
            if (truth == Truth.YES) {
                return rule.verdict;
            }
            open = truth == Truth.MAYBE && open == null ? rule.open : open;
        }
        Verdict allowed = allowed(facts, request);
        return allowed.answer == Answer.ALLOWED && open != null ? open : allowed;
    }

    /** Evaluates the rule that left this answer open once more, for the attributes that it asks for. */
    <T> void ask(Verdict open, Facts<T> facts, T request) {
        Stream.of(denies, allows)
                .flatMap(Stream::of)
                .filter(rule -> rule.open == open)
                .forEach(rule -> rule.term.of(facts, request));
    }

    private <T> Verdict allowed(Facts<T> facts, T request) {
        if (noneAllows == null) {
            return NO_ALLOW_NEEDED;
        }
        Verdict open = null;
        for (Rule rule : allows) {
            Truth truth = rule.term.of(facts, request);
            if (truth == Truth.YES) {
                return rule.verdict;
            }
            open = truth == Truth.MAYBE && open == null ? rule.open : open;
        }
        return open != null ? open : noneAllows;
    }

    /**
     * Reports further events: an AUDIT rule that matches, shadow policies that would decide otherwise, a refusal.
     *
     * @param verdict the result of {@link #decide}
     * @param denies whether a verdict refuses the request
     */
    public <T> void notices(
            Facts<T> facts, T request, Verdict verdict, Predicate<Verdict> denies, BiConsumer<Kind, Verdict> listener) {
        Verdict audited = audited(facts, request);
        if (audited != null) {
            listener.accept(Kind.AUDITED, audited);
        }
        boolean denied = denies.test(verdict);
        Verdict shadow = withShadows == null ? null : withShadows.decide(facts, request);
        if (shadow != null && denied != denies.test(shadow)) {
            listener.accept(denied ? Kind.WOULD_BE_ALLOWED : Kind.WOULD_BE_DENIED, shadow);
        }
        if (denied) {
            listener.accept(Kind.DENIED, verdict);
        }
    }

    /** The first AUDIT rule that matches; null if none certainly does. */
    private <T> @Nullable Verdict audited(Facts<T> facts, T request) {
        for (Rule rule : audits) {
            if (rule.term.of(facts, request) == Truth.YES) {
                return rule.verdict;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return text;
    }
}
