package dev.meshclient.test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.Request;

/**
 * The endpoints of a service in a {@link TestMesh}: they answer as scripted and record the requests. Without a script each
 * answers 200 with an empty body. Thread-safe.
 */
public final class FakeService {
    private record Received(String endpoint, Request request) {}

    private static final String ANY = "";

    private final String name;
    private final Map<String, Deque<FakeAnswer>> scripts = new HashMap<>();
    private final List<Received> received = new ArrayList<>();

    FakeService(String name) {
        this.name = name;
    }

    /** Scripts the next answers, whichever endpoint is called; the last one is repeated. Replaces an earlier script. */
    public FakeService answers(FakeAnswer first, FakeAnswer... more) {
        return endpointAnswers(ANY, first, more);
    }

    /**
     * As {@link #answers}, for one endpoint, which does not use the script of the others.
     *
     * @param endpoint {@code address:port} as in the document, IPv6 in brackets
     */
    public synchronized FakeService endpointAnswers(String endpoint, FakeAnswer first, FakeAnswer... more) {
        Deque<FakeAnswer> script = new ArrayDeque<>(List.of(more));
        script.addFirst(first);
        scripts.put(endpoint, script);
        return this;
    }

    /** The requests in the order of their arrival, each attempt for itself, with the headers that observers added. */
    public synchronized List<Request> requests() {
        return received.stream().map(Received::request).toList();
    }

    /** The requests to one endpoint, {@code address:port}. */
    public synchronized List<Request> requests(String endpoint) {
        return received.stream()
                .filter(r -> r.endpoint.equals(endpoint))
                .map(Received::request)
                .toList();
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
