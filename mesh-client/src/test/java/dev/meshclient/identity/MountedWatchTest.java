package dev.meshclient.identity;

import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Thrown;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the file system reports no event: what the recheck alone does. */
class MountedWatchTest {
    private static final long MILLI = 1_000_000L;
    private static final TestCertificates ROOT = TestCertificates.root("shop root");
    private static final TestCertificates SECOND = TestCertificates.root("second root");
    private static final TestCertificates THIRD = TestCertificates.root("third root");

    @TempDir
    private Path directory;

    private final List<Runnable> tasks = new ArrayList<>();
    private final StepTime time = new StepTime() {
        @Override
        public void start(String name, Runnable task) {
            tasks.add(task);
        }
    };
    private final List<String> reported = new ArrayList<>();

    private final class Recording implements WorkloadIdentity.Sink {
        @Override
        public void deliver(Svid svid) {
            reported.add(svid.authorities().size() + " roots at " + time.now() / MILLI);
        }

        @Override
        public void failed(IOException problem) {
            reported.add("problem at " + time.now() / MILLI);
        }
    }

    @BeforeEach
    void put() throws IOException {
        TestCertificates leaf = ROOT.issue(svid("spiffe://shop.example/checkout"));
        Files.writeString(directory.resolve("tls.crt"), leaf.chainPem());
        Files.writeString(directory.resolve("tls.key"), leaf.keyPem());
        Files.writeString(directory.resolve("ca.crt"), pem(ROOT, SECOND));
    }

    @Test
    void does_not_take_a_bundle_that_is_half_written_at_the_recheck() {
        at(9_950, "ca.crt", pem(ROOT));
        at(10_050, "ca.crt", pem(ROOT, SECOND, THIRD));
        watchUntil(19_000);

        assertThat(reported).containsExactly("2 roots at 0", "3 roots at 10200");
    }

    @Test
    void tells_nothing_if_it_is_again_what_it_was() {
        at(9_950, "ca.crt", pem(ROOT));
        at(10_050, "ca.crt", pem(ROOT, SECOND));
        watchUntil(31_000);

        assertThat(reported).containsExactly("2 roots at 0");
    }

    @Test
    void takes_a_bundle_that_is_smaller_and_stays_so() {
        at(5_000, "ca.crt", pem(ROOT));
        watchUntil(31_000);

        assertThat(reported).containsExactly("2 roots at 0", "1 roots at 10100");
    }

    @Test
    void tells_of_files_that_stay_broken_and_of_their_mending() {
        at(5_000, "ca.crt", "");
        at(15_000, "ca.crt", pem(ROOT, SECOND));
        watchUntil(31_000);

        assertThat(reported).containsExactly("2 roots at 0", "problem at 10100", "2 roots at 20000");
    }

    private WorkloadIdentity.Sink sink = new Recording();

    private void watchUntil(long millis) {
        MountedWatch watch =
                MountedWatch.start(time, new MountedFiles(directory, null, null, List.of()), List.of(), sink);
        time.at(millis * MILLI, "close", watch::close);
        tasks.remove(0).run();
    }

    private void at(long millis, String file, String text) {
        time.at(millis * MILLI, "write", () -> {
            try {
                Files.writeString(directory.resolve(file), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String pem(TestCertificates... roots) {
        StringBuilder pem = new StringBuilder();
        for (TestCertificates root : roots) {
            pem.append(root.certificatePem());
        }
        return pem.toString();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_the_sink_throws_the_files_are_watched_on(Thrown thrown) {
        sink = new WorkloadIdentity.Sink() {
            @Override
            public void deliver(Svid svid) {
                new Recording().deliver(svid);
                if (time.now() < 30_000 * MILLI) {
                    throw thrown.now();
                }
            }

            @Override
            public void failed(IOException problem) {
                new Recording().failed(problem);
                throw thrown.now();
            }
        };
        watchUntil(51_000);
        assertThat(reported)
                .startsWith("2 roots at 0", "problem at 0", "2 roots at 10000")
                .endsWith("2 roots at 30000");
    }
}
