package dev.meshclient.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One client of a comparison, and what its calls cost in each round. */
final class Variant {
    /** The part of a client in a comparison. Plain clients come in pairs: two equal ones show by how much a run can be wrong. */
    enum Role {
        PLAIN_WITH_DEFAULTS,
        PLAIN_WITH_CALL_TIMEOUT,
        MESHED
    }

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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
    double[] switchesOfOthers = {};

    /** @param kept how many idle connections the client has at the beginning of each turn; 0: as many as come about */
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
        switchesOfOthers = new double[rounds];
    }

    /** Calls, and adds the cost to that of the round. */
    void turn(int round, int calls) throws IOException {
        open();
        ThreadCounters before = ThreadCounters.now();
        long allocated = THREAD.getCurrentThreadAllocatedBytes();
        long threadStart = THREAD.getCurrentThreadCpuTime();
        for (int i = 0; i < calls; i++) {
            call();
        }
        double cpu = THREAD.getCurrentThreadCpuTime() - threadStart;
        double allocatedNow = THREAD.getCurrentThreadAllocatedBytes() - allocated;
        ThreadCounters after = ThreadCounters.now();
        ThreadCounters.Spent spent = after.since(before);
        double all = (double) calls * Effort.TURNS;
        thread[round] += cpu / all;
        bytes[round] += allocatedNow / all;
        process[round] += (cpu + spent.cpuOfOthers()) / all;
        switches[round] += (spent.switches() + spent.switchesOfOthers()) / all;
        switchesOfOthers[round] += spent.switchesOfOthers() / all;
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
}
