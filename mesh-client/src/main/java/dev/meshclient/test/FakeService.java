package dev.meshclient.test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import okhttp3.Request;

/**
 * The endpoints of a service in a {@link TestMesh}: they answer as scripted and record the requests. Without a script each
 * answers 200 with an empty body. Thread-safe.
 */
public final class FakeService {
    private record Received(String endpoint, Request request) {}

    private static final String ANY = "";

    private final String name;
    private final Supplier<Set<String>> endpoints;
    private final Map<String, Deque<FakeAnswer>> scripts = new HashMap<>();
    private final List<Received> received = new ArrayList<>();

    /** @param endpoints those of the policy in force */
    FakeService(String name, Supplier<Set<String>> endpoints) {
        this.name = name;
        this.endpoints = endpoints;
    }

    /** Scripts the next answers, whichever endpoint is called; the last one is repeated. Replaces an earlier script. */
    public FakeService answers(FakeAnswer first, FakeAnswer... more) {
        Objects.requireNonNull(first, "first must not be null: pass FakeAnswer.ok(text), for example");
        Objects.requireNonNull(more, "more must not be null: pass further answers, or none");
        return script(ANY, first, more);
    }

    /**
     * As {@link #answers}, for one endpoint, which does not use the script of the others.
     *
     * @param endpoint {@code address:port} as in the document, IPv6 in brackets
     * @throws IllegalArgumentException if the policy in force lists no such endpoint
     */
    public FakeService endpointAnswers(String endpoint, FakeAnswer first, FakeAnswer... more) {
        Objects.requireNonNull(endpoint, "endpoint must not be null: pass address:port of an endpoint");
        Objects.requireNonNull(first, "first must not be null: pass FakeAnswer.ok(text), for example");
        Objects.requireNonNull(more, "more must not be null: pass further answers, or none");
        return script(listed(endpoint), first, more);
    }

    private String listed(String endpoint) {
        Set<String> listed = endpoints.get();
        if (!listed.contains(endpoint)) {
            throw new IllegalArgumentException("the policy lists no endpoint '" + endpoint + "' of the service '" + name
                    + "', but these: " + String.join(", ", listed));
        }
        return endpoint;
    }

    private synchronized FakeService script(String endpoint, FakeAnswer first, FakeAnswer... more) {
        Deque<FakeAnswer> script = new ArrayDeque<>(List.of(more));
        script.addFirst(first);
        scripts.put(endpoint, script);
        return this;
    }

    /** The requests in the order of their arrival, each attempt for itself, with the headers that observers added. */
    public synchronized List<Request> requests() {
        return received.stream().map(Received::request).toList();
    }

    /**
     * The requests to one endpoint, {@code address:port}.
     *
     * @throws IllegalArgumentException if it got none and the policy in force lists no such endpoint
     */
    public List<Request> requests(String endpoint) {
        Objects.requireNonNull(endpoint, "endpoint must not be null: pass address:port of an endpoint");
        List<Request> requests;
        synchronized (this) {
            requests = received.stream()
                    .filter(r -> r.endpoint.equals(endpoint))
                    .map(Received::request)
                    .toList();
        }
        if (requests.isEmpty()) {
            listed(endpoint);
        }
        return requests;
    }

    synchronized FakeAnswer next(String endpoint) {
        Deque<FakeAnswer> own = scripts.get(endpoint);
        Deque<FakeAnswer> script = own == null ? scripts.get(ANY) : own;
        FakeAnswer answer = script == null ? FakeAnswer.status(200) : script.getFirst();
        if (script != null && script.size() > 1) {
            script.removeFirst();
        }
        return answer;
    }

    /** @param endpoint empty: the policy lists none */
    synchronized void received(String endpoint, Request request) {
        received.add(new Received(endpoint, request));
    }

    @Override
    public synchronized String toString() {
        return name + " with " + received.size() + " request(s)";
    }
}
