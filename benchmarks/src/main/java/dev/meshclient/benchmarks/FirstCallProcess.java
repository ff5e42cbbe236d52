package dev.meshclient.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.benchmarks.FirstCallRounds.Measure;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One process of {@link FirstCall}: makes one call, says so, and after a byte on its input what memory it uses. */
final class FirstCallProcess {
    static final String DONE = "done ";
    static final String END = "end";

    /** Loaded by itself: a plain process has nothing of the mesh. */
    private static final class Meshed {
        private static @Nullable Mesh mesh; // held, as a program holds it

        static OkHttpClient client(String policy) {
            Mesh made = Mesh.builder()
                    .workload(Workload.of("checkout"))
                    .claim("orders")
                    .policy(
                            policy.startsWith("file:")
                                    ? PolicySource.file(Path.of(URI.create(policy)))
                                    : PolicySource.http(URI.create(policy)))
                    .snapshotDirectory(null)
                    .initialFetchTimeout(Duration.ofMinutes(1)) // on a machine with other work too
                    .build();
            mesh = made;
            return made.wrap(new OkHttpClient()); // in this order, as in the README: both go on at once
        }
    }

    private FirstCallProcess() {}

    /** @param args the URL of the call, and that of the policy; without one, plain OkHttp calls */
    public static void main(String[] args) throws IOException {
        long start = System.nanoTime();
        OkHttpClient client = args.length > 1 ? Meshed.client(args[1]) : new OkHttpClient();
        Request request = new Request.Builder().url(args[0]).build();
        try (Response response = client.newCall(request).execute()) {
            if (response.code() != 200 || response.body().bytes().length == 0) {
                throw new IOException("not the peer's response: " + response);
            }
        }
        System.out.println(DONE + (System.nanoTime() - start));
        System.in.read(); // this process is looked at
        printMemory();
        System.exit(0); // threads of OkHttp and of the mesh would stay
    }

    private static void printMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            allocated += Math.max(0, bytes);
        }
        print(Measure.ALLOCATED_KB, allocated / 1e3);
        print(Measure.THREADS, threads.getThreadCount());
        print(Measure.HEAP_KB, Jvm.usedHeap() / 1e3);
        long metaspace = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals("Metaspace")) { // class space is a part of it
                metaspace += pool.getUsage().getUsed();
            }
        }
        print(Measure.METASPACE_KB, metaspace / 1e3);
        System.out.println(END);
    }

    private static void print(Measure measure, double value) {
        System.out.println(measure + " " + value);
    }
}
