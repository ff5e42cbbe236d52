/** The identity of a workload, from files of every shape. */
@NullMarked
package dev.meshclient.identity;

import org.jspecify.annotations.NullMarked;
