/** What the mesh costs, measured: ratios from one interleaved run, and bytes per call. */
@NullMarked
package dev.meshclient.benchmarks;

import org.jspecify.annotations.NullMarked;
