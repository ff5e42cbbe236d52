package dev.meshclient.examples.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Every hop is mutual TLS. All certificates are renewed under load, then the root is replaced. */
final class CertificatesRotate implements Step {
    private static final int CALLS = 90;
    private static final int AT_LEAST = 60;

    /** A change of the files while calls are made. */
    private interface Deed {
        void go() throws IOException;
    }

    @Override
    public String title() {
        return "Every hop is mutual TLS; certificates are rotated twice under load";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Certificates certificates = fleet.certificates();
        authenticated(stage, () -> stage.calls(CALLS));

        fleet.keepConnections(false);
        stage.say("from now on servers close each connection after one call, so that each call is a handshake");
        List<BigInteger> before = serials(fleet);
        renew(stage, "all certificates are renewed");

        trust(stage, "a second root is added", certificates::addRoot, 2);
        renew(stage, "all certificates are renewed, signed by it");
        trust(stage, "the first root is withdrawn", certificates::withdrawOldRoots, 1);
        stage.expect(
                "certificates of the start in use",
                Bounds.exactly(0),
                serials(fleet).stream().filter(before::contains).count());

        fleet.keepConnections(true);
        authenticated(stage, () -> stage.calls(CALLS));
    }

    /** The calls that the servers count, by the identity that the handshake verified. */
    private static void authenticated(Stage stage, Calls calls) throws IOException {
        Seen seen = stage.fleet().seen();
        List<Integer> before = seen.hops();
        int total = seen.total();
        Round round = calls.make();
        stage.expect("errors seen by callers", Bounds.exactly(0), round.errors().size());
        List<Integer> after = seen.hops();
        for (int i = 0; i < after.size(); i++) {
            stage.expect(
                    "calls of " + Certificates.spiffeId(Seen.HOPS.get(i).caller()),
                    Bounds.exactly(round.ways().size()),
                    after.get(i) - before.get(i));
        }
        stage.expect(
                "calls of other identities",
                Bounds.exactly(0),
                seen.total() - total - 3L * round.ways().size());
    }

    private interface Calls {
        Round make() throws IOException;
    }

    private static void renew(Stage stage, String what) throws IOException {
        Fleet fleet = stage.fleet();
        int renewed = fleet.renewals() + fleet.members().size();
        whileCalled(
                stage,
                what,
                fleet.certificates()::renew,
                () -> fleet.renewals() >= renewed && inUse(fleet) == 2 * Fleet.SERVICES.size());
        stage.expect(
                "new serials that servers and callers have seen",
                Bounds.exactly(2L * Fleet.SERVICES.size()),
                inUse(fleet));
    }

    private static void trust(Stage stage, String what, Deed deed, int roots) throws IOException {
        Fleet fleet = stage.fleet();
        int changes = fleet.trustChanges() + fleet.members().size();
        whileCalled(stage, what, deed, () -> fleet.trustChanges() >= changes && fleet.serversTrust(roots));
    }

    private static void whileCalled(Stage stage, String what, Deed deed, BooleanSupplier done) throws IOException {
        stage.say(what + ", while calls are made");
        CompletableFuture<Void> files = CompletableFuture.runAsync(() -> {
            try {
                deed.go();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        AtomicInteger calls = new AtomicInteger();
        authenticated(
                stage,
                () -> stage.calls(Load.until(
                        () -> calls.incrementAndGet() >= AT_LEAST && files.isDone() && done.getAsBoolean())));
        try {
            files.join();
        } catch (CompletionException e) {
            throw new IOException(what + ": failed", e.getCause());
        }
        stage.expect("done before the calls ended", Bounds.exactly(1), done.getAsBoolean() ? 1 : 0);
    }

    /** The number of current certificates that handshakes have shown; a service that also calls counts twice. */
    private static int inUse(Fleet fleet) {
        int used = 0;
        try {
            for (Seen.Pair hop : Seen.HOPS) {
                used += fleet.seen().asCaller(fleet.certificates().serial(hop.caller())) ? 1 : 0;
                used += fleet.seen().asServer(fleet.certificates().serial(hop.service())) ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return used;
    }

    private static List<BigInteger> serials(Fleet fleet) throws IOException {
        List<BigInteger> serials = new ArrayList<>();
        for (Seen.Pair hop : Seen.HOPS) {
            serials.add(fleet.certificates().serial(hop.caller()));
            serials.add(fleet.certificates().serial(hop.service()));
        }
        return serials;
    }
}
