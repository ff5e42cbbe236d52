package dev.meshclient.examples.demo;

import dev.meshclient.AccessDenied;
import java.io.IOException;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A workload of the same authority that no policy allows: its own mesh refuses its calls, and without a mesh each server does. */
final class CallerIsWrong implements Step {
    private static final int CALLS = 30;
    private static final String ZONE = "a";

    @Override
    public String title() {
        return "A caller is not allowed: its mesh refuses its calls, and without a mesh the servers do";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        int total = fleet.seen().total();
        int refused = fleet.refused();
        List<Instance> servers = fleet.living();
        withMesh(stage);
        stage.expect("its requests that reached a server", Bounds.exactly(0), fleet.refused() - refused);

        withoutMesh(stage, servers);
        stage.expect(
                "refusals of its SPIFFE ID that servers report",
                Bounds.exactly(servers.size()),
                fleet.refused() - refused);
        stage.expect(
                "its calls that were served", Bounds.exactly(0), fleet.seen().total() - total);

        Round others = stage.calls(CALLS);
        stage.expect(
                "errors seen by allowed callers",
                Bounds.exactly(0),
                others.errors().size());
        account(stage, fleet.seen());
    }

    /** The counts of the whole demo. */
    private static void account(Stage stage, Seen seen) {
        List<Integer> hops = seen.hops();
        stage.say("calls that servers admitted since the start, by the identity of the handshake:");
        for (int i = 0; i < hops.size(); i++) {
            Seen.Pair hop = Seen.HOPS.get(i);
            stage.say("       %5d by %s at %s"
                    .formatted(hops.get(i), Certificates.spiffeId(hop.caller()), hop.service()));
        }
        int all = hops.stream().mapToInt(Integer::intValue).sum();
        stage.expect("calls by other identities, or without one", Bounds.exactly(0), seen.total() - all);
    }

    /** Its own mesh refuses its calls at once, and sends nothing. */
    private static void withMesh(Stage stage) throws IOException {
        int denied = 0;
        try (Member stranger = stage.fleet().stranger(ZONE)) {
            Fleet.await(
                    "refused callers with policy in force",
                    () -> stranger.trustChanges() > 0
                                    && !stranger.policyRevision().isEmpty()
                            ? 1
                            : 0,
                    1);
            for (String service : Fleet.SERVICES) {
                Request request =
                        new Request.Builder().url("http://" + service + "/").build();
                try (Response response = stranger.http().newCall(request).execute()) {
                    stage.say("       " + service + " answers " + response.code());
                } catch (AccessDenied e) {
                    denied++;
                    if (denied == 1) {
                        stage.say("       " + e.getMessage());
                    }
                }
            }
        }
        stage.expect("services for which its own mesh denies it", Bounds.exactly(Fleet.SERVICES.size()), denied);
    }

    /** The same certificate in a client without a mesh. */
    private static void withoutMesh(Stage stage, List<Instance> servers) throws IOException {
        OkHttpClient plain = stage.fleet().strangerWithoutMesh();
        int forbidden = 0;
        for (Instance server : servers) {
            Request request = new Request.Builder()
                    .url("https://127.0.0.1:" + server.port() + "/")
                    .build();
            try (Response response = plain.newCall(request).execute()) {
                forbidden += response.code() == 403 ? 1 : 0;
            }
        }
        plain.connectionPool().evictAll();
        stage.say("it calls each of " + servers.size() + " servers with its certificate and without a mesh");
        stage.expect("answers 403", Bounds.exactly(servers.size()), forbidden);
    }
}
