package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;
import java.util.regex.Pattern;

/** Matches a part of the peer's SPIFFE ID, {@code trust.domain/ns/NAMESPACE/sa/ACCOUNT}. */
abstract class PeerTerm extends Term {
    private static final String SCHEME = "spiffe://";
    private static final String NAMESPACE = "/ns/";
    private static final String ACCOUNT = "/sa/";
    private static final Pattern CANONICAL = Pattern.compile("[^/]*/ns/[^/]+/sa/[^/]+");

    private final boolean inPath;

    /** @param inPath whether it compares a namespace or an account, which the path states */
    private PeerTerm(boolean inPath) {
        this.inPath = inPath;
    }

    /** @param from the index of the trust domain */
    abstract boolean matches(String id, int from);

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knows(Attribute.PRINCIPAL, request)) {
            return Truth.MAYBE;
        }
        String id = facts.text(Attribute.PRINCIPAL, request);
        if (id == null) {
            return Truth.NO;
        }
        return inPath && isAmbiguous(id) ? Truth.MAYBE : Truth.of(matches(id, start(id)));
    }

    /** Whether it has two namespaces or two accounts, of which peers of the mesh take different ones. */
    static boolean isAmbiguous(String id) {
        return (repeats(id, NAMESPACE) || repeats(id, ACCOUNT))
                && !CANONICAL.matcher(withoutScheme(id)).matches(); // a namespace may be named ns
    }

    private static boolean repeats(String id, String part) {
        int first = id.indexOf(part, start(id));
        return first >= 0 && id.indexOf(part, first + 1) >= 0;
    }

    private static int start(String id) {
        return id.startsWith(SCHEME) ? SCHEME.length() : 0;
    }

    /** Removes the scheme: Istio states principals without it. */
    static String withoutScheme(String id) {
        return id.startsWith(SCHEME) ? id.substring(SCHEME.length()) : id;
    }

    static PeerTerm whole(List<String> values) {
        TextMatch[] matches =
                TextTerm.matches(values.stream().map(PeerTerm::withoutScheme).toList(), false);
        return new PeerTerm(false) {
            @Override
            boolean matches(String id, int start) {
                return TextMatch.any(matches, id, start, id.length());
            }
        };
    }

    static PeerTerm trustDomain(List<String> values) {
        TextMatch[] matches = TextTerm.matches(values, false);
        return new PeerTerm(false) {
            @Override
            boolean matches(String id, int start) {
                int end = id.indexOf('/', start);
                return end > start && TextMatch.any(matches, id, start, end);
            }
        };
    }

    static PeerTerm namespace(List<String> values) {
        TextMatch[] matches = TextTerm.matches(values, false);
        return new PeerTerm(true) {
            @Override
            boolean matches(String id, int start) {
                int from = namespaceAt(id, start);
                int end = from < 0 ? -1 : id.indexOf('/', from);
                return end > from && TextMatch.any(matches, id, from, end);
            }
        };
    }

    /** @param values in the form {@code namespace/account} */
    static PeerTerm account(List<String> values) {
        String[] namespaces =
                values.stream().map(v -> v.substring(0, v.indexOf('/'))).toArray(String[]::new);
        String[] accounts =
                values.stream().map(v -> v.substring(v.indexOf('/') + 1)).toArray(String[]::new);
        return new PeerTerm(true) {
            @Override
            boolean matches(String id, int start) {
                int from = namespaceAt(id, start);
                int end = from < 0 ? -1 : id.indexOf('/', from);
                int account = end < 0 ? -1 : id.indexOf(ACCOUNT, end);
                if (account < 0) {
                    return false;
                }
                int accountFrom = account + ACCOUNT.length();
                int next = id.indexOf('/', accountFrom);
                int accountEnd = next < 0 ? id.length() : next;
                for (int i = 0; i < namespaces.length; i++) {
                    if (is(namespaces[i], id, from, end) && is(accounts[i], id, accountFrom, accountEnd)) {
                        return true;
                    }
                }
                return false;
            }
        };
    }

    private static int namespaceAt(String id, int start) {
        int at = id.indexOf(NAMESPACE, start);
        return at <= start ? -1 : at + NAMESPACE.length();
    }

    private static boolean is(String wanted, String id, int from, int to) {
        return wanted.length() == to - from && id.startsWith(wanted, from);
    }
}
