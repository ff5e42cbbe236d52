package dev.meshclient.internal.source;

import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Time;
import java.io.IOException;

/**
 * The sink of a mesh for the sources of this library, with more methods than the public one. Call it from one thread at a time.
 */
public interface DocumentSink {
    /** Clock, random generator and threads of the mesh. */
    Time time();

    WantedHosts wanted();

    /** The state that an earlier process stored for this source. */
    Memory memory();

    /** Puts a document in force. If it throws, nothing has changed and the source reports the reason by {@link #failed}. */
    void deliver(Delivery delivery) throws IOException;

    /** Confirms that the source still has the document that it delivered last, or that is in force from its memory. */
    void confirmed();

    /** Reports why there is no newer document now; the last one stays in force. */
    void failed(IOException problem);

    /** Delivers a document. */
    interface DeliverStep {
        void run() throws IOException;
    }

    /** Runs a delivery of a source outside this library, which does not report itself why a document was refused. */
    default void reporting(DeliverStep delivery) throws IOException {
        try {
            delivery.run();
        } catch (IOException e) {
            failed(e);
            throw e;
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            IOException defect = new IOException("the document could not be put in force: " + e, e);
            failed(defect);
            throw defect;
        }
    }
}
