import { freshOnBack, quickExit, sendOnce } from "./common";
import { proofOfWork } from "./pow";

quickExit();
freshOnBack();
sendOnce();
proofOfWork();
