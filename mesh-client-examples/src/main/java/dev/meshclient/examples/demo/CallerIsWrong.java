package dev.meshclient.examples.demo;

import dev.meshclient.AccessDenied;
import java.io.IOException;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A workload of the same authority, whom policy lets in nowhere: refused by its own mesh, and without one by each server. */
final class CallerIsWrong implements Step {
    private static final int CALLS = 30;
    private static final String ZONE = "a";

    @Override
    public String title() {
        return "A caller is not allowed: refused by its mesh, and by servers without one";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        int total = fleet.seen().total();
        int refused = fleet.refused();
        List<Instance> servers = fleet.living();
        withMesh(stage);
        stage.expect("requests of it that came to a server", Bounds.exactly(0), fleet.refused() - refused);

        withoutMesh(stage, servers);
        stage.expect(
                "refusals of its SPIFFE ID that servers tell",
                Bounds.exactly(servers.size()),
                fleet.refused() - refused);
        stage.expect(
                "calls of it that were served", Bounds.exactly(0), fleet.seen().total() - total);

        Round others = stage.calls(CALLS);
        stage.expect(
                "errors seen by those who may",
                Bounds.exactly(0),
                others.errors().size());
        account(stage, fleet.seen());
    }

    /** Of the whole demo. */
    private static void account(Stage stage, Seen seen) {
        List<Integer> hops = seen.hops();
        stage.say("calls that servers let in since the start, by the identity that the handshake proved:");
        for (int i = 0; i < hops.size(); i++) {
            Seen.Pair hop = Seen.HOPS.get(i);
            stage.say("       %5d by %s at %s"
                    .formatted(hops.get(i), Certificates.spiffeId(hop.caller()), hop.service()));
        }
        int all = hops.stream().mapToInt(Integer::intValue).sum();
        stage.expect("calls by anybody else, or by nobody", Bounds.exactly(0), seen.total() - all);
    }

    /** It is told at once, and nothing is sent. */
    private static void withMesh(Stage stage) throws IOException {
        int denied = 0;
        try (Member stranger = stage.fleet().stranger(ZONE)) {
            Fleet.await(
                    "strangers who know policy",
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
        stage.expect("services that its own mesh denies it", Bounds.exactly(Fleet.SERVICES.size()), denied);
    }

    /** The same certificate in a client that asks no policy. */
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
