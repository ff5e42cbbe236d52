/** The gateway with the mesh. */
@NullMarked
package dev.meshclient.petclinic.after;

import org.jspecify.annotations.NullMarked;
