package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** A server that answers {@code ?hosts=} with a part of its policy, and holds received until that part changes. */
public final class FakeHostRegistry extends HoldingServer {

    private final Map<String, String> services = new TreeMap<>();
    private final Map<String, List<String>> backends = new LinkedHashMap<>();
    private int version = 1;
    private int failing;
    private boolean whole;
    private String unloved = "none";

    public FakeHostRegistry() throws IOException {
        server.start();
    }

    /** A service that is named as its host; JSON without hosts. */
    public synchronized FakeHostRegistry has(String name, String fields) {
        services.put(name, fields);
        version++;
        notifyAll();
        return this;
    }

    public FakeHostRegistry hasAt(String name, int port) {
        return has(name, "\"endpoints\": [{\"address\": \"127.0.0.1\", \"port\": " + port + "}]");
    }

    public synchronized void loses(String name) {
        services.remove(name);
        version++;
        notifyAll();
    }

    /** With a service of this name, that other one is answered. */
    public synchronized void sends(String name, String with) {
        backends.computeIfAbsent(name, n -> new ArrayList<>()).add(with);
    }

    public synchronized void sendsAlone(String name) {
        backends.remove(name);
        version++;
        notifyAll();
    }

    /** From now on it does not look at the query. */
    public synchronized FakeHostRegistry answersWhole() {
        whole = true;
        return this;
    }

    /** From now on each answer has this status, 429 with an hour to wait; 0: it is well. */
    synchronized void fails(int status) {
        failing = status;
        notifyAll();
    }

    /** From now on it answers 404 to a request that names this host, alone or among others. */
    synchronized void failsFor(String name) {
        unloved = name;
    }

    @Override
    synchronized MockResponse answer(RecordedRequest request) throws InterruptedException {
        String asked = request.getUrl().queryParameter("hosts");
        MockResponse.Builder response = new MockResponse.Builder();
        if (asked != null && List.of(asked.split(",", -1)).contains(unloved)) {
            return response.code(404).build();
        }
        String known = request.getHeaders().get("If-None-Match");
        if (request.getHeaders().get("Prefer") != null) {
            response.setHeader("Preference-Applied", "wait=30");
            hold(() -> failing == 0 && etag(asked).equals(known));
        }
        if (failing != 0) {
            return new MockResponse.Builder()
                    .code(failing)
                    .setHeader("Retry-After", failing == 429 ? "3600" : "0")
                    .build();
        }
        response.setHeader("ETag", etag(asked));
        return etag(asked).equals(known)
                ? response.code(304).build()
                : response.body(document(asked)).build();
    }

    /** Of what was asked for: servers may give the same one to two parts, which makes them two all the same. */
    private String etag(@Nullable String asked) {
        return '"'
                + Integer.toHexString(document(asked)
                        .replaceAll("\"(version|scope)\": ([0-9]+|\\{[^}]*})", "")
                        .hashCode())
                + '"';
    }

    private String document(@Nullable String asked) {
        Map<String, String> part = new TreeMap<>();
        List<String> hosts = asked == null || asked.isEmpty() ? List.of() : List.of(asked.split(",", -1));
        Stream<String> names = whole ? services.keySet().stream() : hosts.stream();
        names.flatMap(name -> Stream.concat(Stream.of(name), backends.getOrDefault(name, List.of()).stream()))
                .filter(services::containsKey)
                .forEach(name ->
                        part.put(name, "\"%s\": {\"hosts\": [\"%s\"], %s}".formatted(name, name, services.get(name))));
        Documents document = Documents.mesh("test").version(version).services(String.join(",", part.values()));
        if (!whole) {
            String quoted = hosts.stream().map(h -> "'" + h + "'").collect(Collectors.joining(", "));
            document.metadata("'scope': {'hosts': [" + quoted + "]}");
        }
        return document.json();
    }

    public List<RecordedRequest> requests() {
        return List.copyOf(received);
    }

    /** What was asked for: {@code a,b}, each with {@code ?} if an ETag was sent and {@code ...} if it might be held. */
    public List<String> asked() {
        return received.stream()
                .map(r -> r.getUrl().queryParameter("hosts")
                        + (r.getHeaders().get("If-None-Match") == null ? "" : "?")
                        + (r.getHeaders().get("Prefer") == null ? "" : "..."))
                .toList();
    }

    public void awaitAsked(String last) {
        await().until(() -> {
            List<String> now = asked(); // once: a request may come meanwhile
            return !now.isEmpty() && now.get(now.size() - 1).equals(last);
        });
    }
}
