package dev.meshclient.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One client of a comparison, and what its calls cost in each round. */
final class Variant {
    /** What a client is in a comparison. Plain clients come in pairs: two equal ones show by how much a run can be wrong. */
    enum Role {
        PLAIN_WITH_DEFAULTS,
        PLAIN_WITH_CALL_TIMEOUT,
        MESHED
    }

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String SWITCHES = "voluntary_ctxt_switches:";

    final Role role;
    final String name;
    private final OkHttpClient client;
    private final List<Request> requests;
    private final int kept;
    private int next;
    double[] bytes = {};
    double[] thread = {};
    double[] process = {};
    double[] switches = {};

    /** @param kept how many idle connections the client has at the begin of each round; 0: as many as come about */
    Variant(Role role, String name, OkHttpClient client, List<Request> requests, int kept) {
        this.role = role;
        this.name = name;
        this.client = client;
        this.requests = requests;
        this.kept = kept;
    }

    void prepare(int rounds) {
        bytes = new double[rounds];
        thread = new double[rounds];
        process = new double[rounds];
        switches = new double[rounds];
    }

    void round(int round, int calls) throws IOException {
        open();
        long switched = voluntarySwitches();
        long processStart = PROCESS.getProcessCpuTime();
        long allocated = THREAD.getCurrentThreadAllocatedBytes();
        long threadStart = THREAD.getCurrentThreadCpuTime();
        for (int i = 0; i < calls; i++) {
            call();
        }
        thread[round] = (THREAD.getCurrentThreadCpuTime() - threadStart) / (double) calls;
        bytes[round] = (THREAD.getCurrentThreadAllocatedBytes() - allocated) / (double) calls;
        process[round] = (PROCESS.getProcessCpuTime() - processStart) / (double) calls;
        switches[round] = (voluntarySwitches() - switched) / (double) calls;
    }

    /** Calls, and reads the answer. */
    void call() throws IOException {
        try (Response response = client.newCall(nextRequest()).execute()) {
            if (response.code() != 200 || response.body().bytes().length != InMemoryPeer.BODY.length()) {
                throw new IOException("not the peer's answer: " + response);
            }
        }
    }

    private Request nextRequest() {
        Request request = requests.get(next);
        next = next + 1 == requests.size() ? 0 : next + 1;
        return request;
    }

    /** As many calls at once, so that as many connections are idle afterwards. */
    private void open() throws IOException {
        Response[] open = new Response[kept];
        for (int i = 0; i < kept; i++) {
            open[i] = client.newCall(nextRequest()).execute();
        }
        for (Response response : open) {
            response.body().bytes();
            response.close();
        }
    }

    /** Of all threads, as the kernel counts them; 0 where there is no {@code /proc}. */
    private static long voluntarySwitches() throws IOException {
        if (!Files.isDirectory(TASKS)) {
            return 0;
        }
        long sum = 0;
        try (Stream<Path> tasks = Files.list(TASKS)) {
            for (Path task : tasks.toList()) {
                sum += switchesOf(task);
            }
        }
        return sum;
    }

    private static long switchesOf(Path task) throws IOException {
        try {
            for (String line : Files.readAllLines(task.resolve("status"))) {
                if (line.startsWith(SWITCHES)) {
                    return Long.parseLong(line.substring(SWITCHES.length()).strip());
                }
            }
        } catch (IOException ended) {
            return 0;
        }
        return 0;
    }
}
