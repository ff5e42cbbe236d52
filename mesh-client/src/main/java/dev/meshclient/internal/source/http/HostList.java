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

/** Decider: which hosts a registry is asked for. Those that calls want, and services that those send to. */
public final class HostList {
    static final String PARAMETER = "hosts";

    /** Of those that calls want, and again of those that these send to. */
    public static final int MOST = 256;

    private final WantedHosts wanted;
    private final Set<String> backends = new TreeSet<>(); // that answers left out
    private volatile SortedSet<String> asked = Collections.emptySortedSet();
    private final AtomicBoolean again = new AtomicBoolean();

    HostList(WantedHosts wanted) {
        this.wanted = wanted;
    }

    /** Whether the next request is to be answered at once, also if it asks for the same as the last one. It is told once. */
    boolean isAskedAgain() {
        return again.getAndSet(false);
    }

    /** What to ask for now. */
    SortedSet<String> next() {
        SortedSet<String> next = new TreeSet<>(wanted.hosts());
        next.addAll(backends);
        asked = Collections.unmodifiableSortedSet(next);
        return asked;
    }

    /**
     * One of the hosts is to be asked for. From any thread.
     *
     * @return whether that takes a request; false: the one that is held has it
     */
    boolean ask(boolean held) {
        boolean takesRequest = !held || !asked.containsAll(wanted.hosts());
        if (takesRequest) {
            again.set(true);
        }
        return takesRequest;
    }

    /** Whether there is something to ask for that the last request had not. */
    boolean hasNews() {
        return again.get() || !asked.containsAll(backends) || !asked.containsAll(wanted.hosts());
    }

    /**
     * A part of the policy may leave out what its own rules need: that is asked for from now on, as long as rules need it.
     *
     * @return whether there is such
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
