/** A gateway that joins the answers of three services, with Spring Cloud and with the mesh, and the tests that both pass. */
@NullMarked
package dev.meshclient.petclinic;

import org.jspecify.annotations.NullMarked;
