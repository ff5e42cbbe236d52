package dev.meshclient.internal.source.http;

import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Scope;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;

/** Decider: the hosts to request from a registry: hosts that calls need, and the services that those send calls to. */
public final class HostList {
    static final String PARAMETER = "hosts";

    /** Limit of the hosts that calls need, and separately of the services that those send calls to. */
    public static final int MOST = 256;

    private final WantedHosts wanted;
    private final Set<String> backends = new TreeSet<>(); // services that answers left out
    private volatile SortedSet<String> asked = Collections.emptySortedSet();
    private final AtomicBoolean again = new AtomicBoolean();

    HostList(WantedHosts wanted) {
        this.wanted = wanted;
    }

    /** Whether the next request must be answered at once, even if it equals the last one. True once. */
    boolean isAskedAgain() {
        return again.getAndSet(false);
    }

    /** The hosts for the next request. */
    SortedSet<String> next() {
        SortedSet<String> next = new TreeSet<>(wanted.hosts());
        next.addAll(backends);
        asked = Collections.unmodifiableSortedSet(next);
        return asked;
    }

    /**
     * Requests this host. From any thread.
     *
     * @return whether a new request is needed; false: the held request includes the host
     */
    boolean ask(boolean held) {
        boolean takesRequest = !held || !asked.containsAll(wanted.hosts());
        if (takesRequest) {
            again.set(true);
        }
        return takesRequest;
    }

    /** Whether there is a host that the last request did not include. */
    boolean hasNews() {
        return again.get() || !asked.containsAll(backends) || !asked.containsAll(wanted.hosts());
    }

    /**
     * A partial policy may leave out services that its own rules need: requests them from now on, as long as rules need them.
     *
     * @return whether there are any
     */
    boolean lacksBackends(PolicyDocument answer) {
        MeshPolicy policy = answer.policy();
        if (policy.metadata().scope() == null) {
            backends.clear();
            return false;
        }
        Set<String> needed = new HashSet<>(answer.unresolved());
        policy.services().values().forEach(s -> s.rules()
                .forEach(rule -> rule.backendRefs().forEach(ref -> needed.add(ref.name()))));
        backends.retainAll(needed);
        answer.unresolved().stream()
                .filter(name -> !asked.contains(name) && Scope.canHold(name))
                .sorted()
                .limit(MOST - backends.size())
                .forEach(backends::add);
        return !asked.containsAll(backends);
    }

    /** The URL with these hosts in its query. */
    static HttpUrl in(HttpUrl url, SortedSet<String> hosts) {
        String list = hosts.stream()
                .map(host -> URLEncoder.encode(host, StandardCharsets.UTF_8))
                .collect(Collectors.joining(","));
        return url.newBuilder().addEncodedQueryParameter(PARAMETER, list).build();
    }
}
